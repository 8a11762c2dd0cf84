package io.inmesh.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Configs of the conformance cases, one a line: type, then proto-JSON. Together they use every
 * field that the conformance cases use.
 */
class ConfigsTest {
  private final JsonFormat.Parser parser =
      JsonFormat.parser().usingTypeRegistry(ProtoFiles.types());
  private final JsonFormat.Printer printer =
      JsonFormat.printer().usingTypeRegistry(ProtoFiles.types()).preservingProtoFieldNames();

  @Test
  void everyFieldIsKnown() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src/test/resources/configs.txt"));
    assertThat(lines).hasSizeGreaterThan(100);
    for (String line : lines) {
      Message config = parse(line);
      assertThat(parse(config.getDescriptorForType().getFullName() + " " + printer.print(config)))
          .isEqualTo(config);
    }
  }

  @Test
  void anUnknownFieldIsRefused() {
    assertThatThrownBy(() -> parse("envoy.config.route.v3.RouteConfiguration {\"nonsense\": 1}"))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("nonsense");
  }

  private Message parse(String line) throws InvalidProtocolBufferException {
    int space = line.indexOf(' ');
    DynamicMessage.Builder message =
        DynamicMessage.newBuilder(ProtoFiles.types().find(line.substring(0, space)));
    parser.merge(line.substring(space + 1), message);
    return message.build();
  }
}
