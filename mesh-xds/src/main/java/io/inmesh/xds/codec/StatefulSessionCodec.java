package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.StatefulSession;
import io.inmesh.config.StatefulSession.InCookie;
import io.inmesh.config.StatefulSession.InHeader;
import io.inmesh.config.StatefulSession.State;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.inmesh.proto.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.inmesh.proto.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.inmesh.proto.envoy.type.http.v3.Cookie;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The filter that keeps callers at their hosts. */
final class StatefulSessionCodec implements ExtensionCodec<StatefulSession> {
  private static final String STATES = "envoy.extensions.http.stateful_session.";
  private static final String COOKIE = STATES + "cookie.v3.CookieBasedSessionState";
  private static final String HEADER = STATES + "header.v3.HeaderBasedSessionState";
  private static final int UNAVAILABLE = 503;

  @Override
  public String type() {
    return StatefulSession.TYPE;
  }

  @Override
  public Class<StatefulSession> settings() {
    return StatefulSession.class;
  }

  @Override
  public StatefulSession decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    return session(
        in,
        io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSession.parseFrom(
            bytes));
  }

  @Override
  public void checkForRoute(Decoding in, StatefulSession settings) {
    throw in.refuse("routes have settings of type " + StatefulSession.PerRoute.TYPE);
  }

  private static StatefulSession session(
      Decoding in,
      io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSession message) {
    int status = message.getStatusOnStrictDestinationNotFound();
    return new StatefulSession(
        in.inside(
            message.hasSessionState(),
            "session_state",
            message.getSessionState(),
            StatefulSessionCodec::state),
        message.getStrict(),
        status == 0 ? UNAVAILABLE : status);
  }

  private static State state(Decoding in, TypedExtensionConfig message) {
    String type = Decoding.typeOf(message.getTypedConfig());
    ByteString bytes = message.getTypedConfig().getValue();
    if (type.equals(HEADER)) {
      String name = in.parse(bytes, HeaderBasedSessionState.parser()).getName();
      return new InHeader(in.text(in.headerName("name", name)));
    }
    if (!type.equals(COOKIE)) {
      throw in.refuse("typed_config", "unknown kind of session " + type);
    }
    var state = in.parse(bytes, CookieBasedSessionState.parser());
    if (!state.hasCookie()) {
      throw in.refuse("cookie", "is missing");
    }
    return in.inside("cookie", state.getCookie(), StatefulSessionCodec::cookie);
  }

  private static State cookie(Decoding in, Cookie message) {
    var attributes = new ArrayList<String>();
    message
        .getAttributesList()
        .forEach(
            attribute -> {
              attributes.add(in.required("attributes.name", attribute.getName()));
              attributes.add(in.headerValue("attributes.value", attribute.getValue()));
            });
    return new InCookie(
        in.required("name", message.getName()),
        in.headerValue("path", message.getPath()),
        in.duration(message.hasTtl(), "ttl", message.getTtl()),
        attributes);
  }

  @Override
  public Message encode(StatefulSession settings) {
    return message(settings);
  }

  private static io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSession
      message(StatefulSession settings) {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSession
            .newBuilder()
            .setStrict(settings.strict());
    if (settings.missingStatus() != UNAVAILABLE) {
      message.setStatusOnStrictDestinationNotFound(settings.missingStatus());
    }
    settings.state().ifPresent(state -> message.setSessionState(message(state)));
    return message.build();
  }

  private static TypedExtensionConfig message(State state) {
    var message = TypedExtensionConfig.newBuilder();
    if (state instanceof InHeader header) {
      var settings = HeaderBasedSessionState.newBuilder().setName(header.name()).build();
      return message
          .setName("envoy.http.stateful_session.header")
          .setTypedConfig(Anys.of(HEADER, settings))
          .build();
    }
    var cookie = (InCookie) state;
    var to = Cookie.newBuilder().setName(cookie.name()).setPath(cookie.path());
    cookie.ttl().ifPresent(ttl -> to.setTtl(Protos.duration(ttl)));
    List<String> attributes = cookie.attributes();
    for (int i = 0; i < attributes.size(); i += 2) {
      to.addAttributesBuilder().setName(attributes.get(i)).setValue(attributes.get(i + 1));
    }
    var settings = CookieBasedSessionState.newBuilder().setCookie(to).build();
    return message
        .setName("envoy.http.stateful_session.cookie")
        .setTypedConfig(Anys.of(COOKIE, settings))
        .build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<StatefulSession.PerRoute> {
    @Override
    public String type() {
      return StatefulSession.PerRoute.TYPE;
    }

    @Override
    public Class<StatefulSession.PerRoute> settings() {
      return StatefulSession.PerRoute.class;
    }

    @Override
    public StatefulSession.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      StatefulSessionPerRoute message = StatefulSessionPerRoute.parseFrom(bytes);
      if (message.getDisabled()) {
        return new StatefulSession.PerRoute(Optional.empty());
      }
      if (!message.hasStatefulSession()) {
        throw in.refuse("stateful_session or disabled must be given");
      }
      return new StatefulSession.PerRoute(
          Optional.of(
              in.inside(
                  "stateful_session",
                  message.getStatefulSession(),
                  StatefulSessionCodec::session)));
    }

    @Override
    public Message encode(StatefulSession.PerRoute settings) {
      var message = StatefulSessionPerRoute.newBuilder();
      settings
          .session()
          .ifPresentOrElse(
              session -> message.setStatefulSession(StatefulSessionCodec.message(session)),
              () -> message.setDisabled(true));
      return message.build();
    }
  }
}
