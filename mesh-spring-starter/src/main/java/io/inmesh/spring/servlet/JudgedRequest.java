package io.inmesh.spring.servlet;

import io.inmesh.call.Headers;
import io.inmesh.identity.SpiffeId;
import io.inmesh.spring.inbound.MeshPrincipal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The request with the headers that the mesh's filters have left. */
final class JudgedRequest extends HttpServletRequestWrapper {
  private static final String HOST = "host";

  private final Headers headers;
  private final Optional<SpiffeId> peer;

  JudgedRequest(HttpServletRequest request, Headers headers, Optional<SpiffeId> peer) {
    super(request);
    this.headers = headers;
    this.peer = peer;
  }

  /** Who the application says, else who the mesh says. */
  @Override
  public @Nullable Principal getUserPrincipal() {
    Principal known = super.getUserPrincipal();
    return known == null ? peer.map(MeshPrincipal::new).orElse(null) : known;
  }

  @Override
  public @Nullable String getRemoteUser() {
    String known = super.getRemoteUser();
    return known == null ? peer.map(SpiffeId::uri).orElse(null) : known;
  }

  private static boolean isHost(String name) {
    return name.equalsIgnoreCase(HOST);
  }

  @Override
  public @Nullable String getHeader(String name) {
    return isHost(name) ? super.getHeader(name) : headers.get(name.toLowerCase(Locale.ROOT));
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return isHost(name)
        ? super.getHeaders(name)
        : Collections.enumeration(headers.all(name.toLowerCase(Locale.ROOT)));
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    var names = new LinkedHashSet<String>();
    if (super.getHeader(HOST) != null) {
      names.add(HOST);
    }
    for (int i = 0; i < headers.size(); i++) {
      names.add(headers.name(i));
    }
    return Collections.enumeration(names);
  }

  @Override
  public int getIntHeader(String name) {
    String value = getHeader(name);
    return value == null ? -1 : Integer.parseInt(value);
  }

  @Override
  public long getDateHeader(String name) {
    String value = getHeader(name);
    if (value == null) {
      return -1;
    }
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return date.toEpochMilli();
    } catch (DateTimeParseException malformed) {
      throw new IllegalArgumentException(name + " is no date: " + value, malformed);
    }
  }
}
