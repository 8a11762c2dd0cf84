package io.inmesh.spring.servlet;

import io.inmesh.call.Body;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of whose body filters have read the beginning, or all. The container can no longer find
 * a form's fields in it, so that they are read here; parts of a multipart form cannot be had.
 */
final class HeldRequest extends HttpServletRequestWrapper {
  private static final String FORM = "application/x-www-form-urlencoded";

  private final ServletInputStream stream;
  private @Nullable BufferedReader reader;
  private @Nullable Map<String, String[]> parameters;

  HeldRequest(HttpServletRequest request, Body body, WaitingThread thread) {
    super(request);
    this.stream = new BodyStream(body, thread);
  }

  @Override
  public ServletInputStream getInputStream() {
    return stream;
  }

  @Override
  public BufferedReader getReader() {
    BufferedReader known = reader;
    if (known == null) {
      known = new BufferedReader(new InputStreamReader(stream, charset()));
      reader = known;
    }
    return known;
  }

  private Charset charset() {
    String name = getCharacterEncoding();
    return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
  }

  private boolean isForm() {
    String type = getContentType();
    return type != null
        && type.toLowerCase(Locale.ROOT).startsWith(FORM)
        && getMethod().equals("POST");
  }

  @Override
  public Map<String, String[]> getParameterMap() {
    Map<String, String[]> known = parameters;
    if (known == null) {
      known = isForm() ? withForm() : super.getParameterMap();
      parameters = known;
    }
    return known;
  }

  private Map<String, String[]> withForm() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    super.getParameterMap()
        .forEach((name, values) -> all.put(name, new ArrayList<>(Arrays.asList(values))));
    try {
      String text = new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
      for (String field : text.split("&")) {
        if (!field.isEmpty()) {
          int equals = field.indexOf('=');
          String name = equals < 0 ? field : field.substring(0, equals);
          String value = equals < 0 ? "" : field.substring(equals + 1);
          all.computeIfAbsent(decoded(name), key -> new ArrayList<>()).add(decoded(value));
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("the form cannot be read", broken);
    }
    Map<String, String[]> arrays = new LinkedHashMap<>();
    all.forEach((name, values) -> arrays.put(name, values.toArray(new String[0])));
    return Collections.unmodifiableMap(arrays);
  }

  private String decoded(String text) {
    return URLDecoder.decode(text, charset());
  }

  @Override
  public @Nullable String getParameter(String name) {
    String[] values = getParameterMap().get(name);
    return values == null ? null : values[0];
  }

  @Override
  public String @Nullable [] getParameterValues(String name) {
    return getParameterMap().get(name);
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return Collections.enumeration(getParameterMap().keySet());
  }
}
