package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import io.inmesh.config.Action.BodyFormat;
import io.inmesh.config.Format;
import io.inmesh.config.FormatCommands;
import io.inmesh.proto.envoy.config.core.v3.DataSource;
import io.inmesh.proto.envoy.config.core.v3.SubstitutionFormatString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Format strings, and the places that bodies, formats and keys come from. */
final class FormatCodec {
  private FormatCodec() {}

  static Format format(Decoding in, String field, String source) {
    try {
      return FormatCommands.check(Format.parse(in.text(source)));
    } catch (IllegalArgumentException wrong) {
      throw in.refuse(field, wrong);
    }
  }

  static Optional<BodyFormat> body(Decoding in, SubstitutionFormatString message) {
    Format format;
    switch (message.getFormatCase()) {
      case TEXT_FORMAT_SOURCE:
        String source =
            in.inside("text_format_source", message.getTextFormatSource(), FormatCodec::text);
        format = format(in, "text_format_source", source);
        break;
      case TEXT_FORMAT:
        format = format(in, "text_format", message.getTextFormat());
        break;
      case JSON_FORMAT:
        in.ignored("json_format", "only text formats are supported");
        return Optional.empty();
      default:
        throw in.refuse("no format is given");
    }
    String contentType = in.headerValue("content_type", message.getContentType());
    return Optional.of(
        new BodyFormat(
            format, contentType.isEmpty() ? Optional.empty() : Optional.of(contentType)));
  }

  static SubstitutionFormatString body(BodyFormat body) {
    var message =
        SubstitutionFormatString.newBuilder().setTextFormatSource(text(body.format().source()));
    body.contentType().ifPresent(message::setContentType);
    return message.build();
  }

  static DataSource text(String text) {
    return DataSource.newBuilder().setInlineString(text).build();
  }

  static String text(Decoding in, DataSource source) {
    return source.hasInlineString() ? source.getInlineString() : bytes(in, source).toStringUtf8();
  }

  /** What a source holds. Files must be allowed by name, and the environment is never read. */
  static ByteString bytes(Decoding in, DataSource source) {
    switch (source.getSpecifierCase()) {
      case INLINE_STRING:
        return source.getInlineStringBytes();
      case INLINE_BYTES:
        return source.getInlineBytes();
      case FILENAME:
        return file(in, source.getFilename());
      case ENVIRONMENT_VARIABLE:
        throw in.refuse("environment_variable", "is not read on behalf of a control plane");
      default:
        throw in.refuse("no source is given");
    }
  }

  private static ByteString file(Decoding in, String name) {
    if (!in.surroundings().options().files().contains(name)) {
      throw in.refuse(
          "filename", "files are not read on behalf of a control plane unless they are allowed");
    }
    try {
      return ByteString.copyFrom(Files.readAllBytes(Path.of(name)));
    } catch (IOException unreadable) {
      throw in.refuse("filename", "cannot be read: " + unreadable.getClass().getSimpleName());
    }
  }

  static DataSource bytes(String text) {
    return DataSource.newBuilder()
        .setInlineBytes(ByteString.copyFrom(text, StandardCharsets.UTF_8))
        .build();
  }
}
