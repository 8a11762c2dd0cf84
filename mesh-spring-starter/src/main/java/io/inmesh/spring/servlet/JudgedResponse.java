package io.inmesh.spring.servlet;

import io.inmesh.call.Headers;
import io.inmesh.server.ServerResponse;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The application's answer, whose head the mesh's filters see, and may change, just before the
 * container would send it.
 */
final class JudgedResponse extends HttpServletResponseWrapper {
  private final Head head;
  private @Nullable ServletOutputStream stream;
  private @Nullable PrintWriter writer;
  private boolean decided;
  private long written;

  /** Decides about a head. */
  interface Head {
    ServerResponse decide(int status, Headers headers) throws IOException;
  }

  JudgedResponse(HttpServletResponse response, Head head) {
    super(response);
    this.head = head;
  }

  /** How many bytes of a body the application has written. */
  long written() {
    return written;
  }

  /** The application is done. */
  void finish() throws IOException {
    if (writer != null) {
      writer.flush();
    }
    decide();
  }

  private void decide() throws IOException {
    if (decided || isCommitted()) {
      return;
    }
    decided = true;
    var before = new Headers();
    for (String name : getHeaderNames()) {
      getHeaders(name).forEach(value -> before.add(name, value));
    }
    ServerResponse after = head.decide(getStatus(), before);
    super.setStatus(after.status());
    if (!after.headers().equals(before)) {
      replace(before, after.headers());
    }
  }

  private void replace(Headers before, Headers after) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < before.size(); i++) {
      if (!after.contains(before.name(i))) {
        super.setHeader(before.name(i), null);
      }
    }
    for (int i = 0; i < after.size(); i++) {
      String name = after.name(i);
      if (before.all(name).equals(after.all(name))) {
        continue;
      }
      if (seen.add(name.toLowerCase(Locale.ROOT))) {
        super.setHeader(name, after.value(i));
      } else {
        super.addHeader(name, after.value(i));
      }
    }
  }

  /** Before bytes go to the container: those beyond its buffer would commit the head. */
  private void writing(int count) throws IOException {
    written += count;
    String length = getHeader("Content-Length");
    boolean whole = length != null && written >= Long.parseLong(length);
    if (whole || written >= getBufferSize()) {
      decide();
    }
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    ServletOutputStream known = stream;
    if (known == null) {
      known = new Stream(super.getOutputStream());
      stream = known;
    }
    return known;
  }

  @Override
  public PrintWriter getWriter() throws IOException {
    PrintWriter known = writer;
    if (known == null) {
      // The container's own writer fixes the encoding; the bytes go our way.
      Charset charset = Charset.forName(getCharacterEncoding());
      setCharacterEncoding(charset.name());
      known = new PrintWriter(new OutputStreamWriter(getOutputStream(), charset));
      writer = known;
    }
    return known;
  }

  @Override
  public void flushBuffer() throws IOException {
    if (writer != null) {
      writer.flush();
    }
    decide();
    super.flushBuffer();
  }

  @Override
  public void sendError(int status, String message) throws IOException {
    super.setStatus(status);
    decide();
    super.sendError(status, message);
  }

  @Override
  public void sendError(int status) throws IOException {
    super.setStatus(status);
    decide();
    super.sendError(status);
  }

  @Override
  public void sendRedirect(String location) throws IOException {
    super.setStatus(SC_FOUND);
    decide();
    super.sendRedirect(location);
  }

  @Override
  public void reset() {
    written = 0;
    super.reset();
  }

  @Override
  public void resetBuffer() {
    written = 0;
    super.resetBuffer();
  }

  private final class Stream extends ServletOutputStream {
    private final ServletOutputStream to;

    Stream(ServletOutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int value) throws IOException {
      writing(1);
      to.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      writing(count);
      to.write(bytes, from, count);
    }

    @Override
    public void flush() throws IOException {
      decide();
      to.flush();
    }

    @Override
    public void close() throws IOException {
      decide();
      to.close();
    }

    @Override
    public boolean isReady() {
      return to.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      to.setWriteListener(listener);
    }
  }
}
