package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.inmesh.config.Resource;
import io.inmesh.proto.ProtoFiles;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.Metadata;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.xds.json.ProtoJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFieldsTest {
  private static final String CLUSTER = Resource.Type.CLUSTER.message();

  private final PlainFields plain = new PlainFields();
  private final ProtoJson json = new ProtoJson();

  @Test
  void theTableFollowsFromTheFieldsThatAreRead() throws IOException {
    String expected = new Table().text();
    String actual;
    try (InputStream file = PlainFields.class.getResourceAsStream(PlainFields.TABLE)) {
      actual = new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
    Path written = Path.of("target", PlainFields.TABLE);
    Files.writeString(written, expected);
    assertThat(actual).as("copy " + written + " beside honoured-fields.txt").isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"routing", "retry", "dist", "rbac", "filters", "invalid"})
  void whatIsPlainHasNothingToReport(String profile) {
    int clean = 0;
    int seen = 0;
    for (Map<String, Object> config : Recorded.lines(profile)) {
      Message listener = listener(config);
      if (listener == null) {
        continue;
      }
      List<String> reported = new ArrayList<>();
      new SupportReport().unhonoured(listener, reported);
      boolean all = plain.areAll(Resource.Type.LISTENER.message(), listener.toByteString());
      clean += reported.isEmpty() ? 1 : 0;
      seen += all ? 1 : 0;
      assertThat(all && !reported.isEmpty()).as("%s: %s", config.get("id"), reported).isFalse();
    }
    assertThat(clean).isGreaterThan(30);
    assertThat(seen).isGreaterThan(clean * 9 / 10);
  }

  @Test
  void unknownFieldsAreNotPlain() {
    Cluster known = Cluster.newBuilder().setName("c").build();
    var more =
        UnknownFieldSet.newBuilder()
            .addField(4711, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    assertThat(plain.areAll(CLUSTER, known.toByteString())).isTrue();
    assertThat(
            plain.areAll(CLUSTER, known.toBuilder().setUnknownFields(more).build().toByteString()))
        .isFalse();
  }

  @Test
  void unreadAndMalformedAreNotPlain() {
    Cluster unread = Cluster.newBuilder().setName("c").setAltStatName("alt").build();
    var reported = new ArrayList<String>();
    new SupportReport().unhonoured(unread, reported);
    assertThat(plain.areAll(CLUSTER, unread.toByteString())).isEqualTo(reported.isEmpty());
    Cluster known =
        Cluster.newBuilder().setName("c").setMetadata(Metadata.getDefaultInstance()).build();
    ByteString cut = known.toByteString().substring(0, known.getSerializedSize() - 1);
    assertThat(plain.areAll(CLUSTER, cut)).isFalse();
  }

  private Message listener(Map<String, Object> config) {
    if (!config.containsKey("route_config")) {
      return null;
    }
    try {
      return json.resource(Recorded.listener(config));
    } catch (ProtoJsonException refused) {
      return null;
    }
  }

  /** The table made anew. */
  private static final class Table {
    private final HonouredFields honoured = new HonouredFields();
    private final List<Descriptor> types = new ArrayList<>();

    Table() {
      for (Resource.Type type : Resource.Type.values()) {
        types.add(ProtoFiles.types().find(type.message()));
      }
      for (var file : ProtoFiles.all()) {
        for (Descriptor type : file.getMessageTypes()) {
          if (HonouredFields.insideAny(type.getFullName()) != null) {
            types.add(type);
          }
        }
      }
    }

    String text() {
      var text = new StringBuilder();
      for (int i = 0; i < types.size(); i++) {
        Descriptor type = types.get(i);
        boolean inAny = HonouredFields.insideAny(type.getFullName()) != null;
        text.append(type.getFullName()).append(inAny ? " +" : " -");
        for (FieldDescriptor field : type.getFields()) {
          if (honoured.reads(type, field)) {
            text.append(' ').append(field.getNumber()).append(content(field));
          }
        }
        text.append('\n');
      }
      return text.toString();
    }

    private String content(FieldDescriptor field) {
      if (!honoured.looksInto(field)) {
        return "";
      }
      Descriptor type = field.getMessageType();
      if (type.getFullName().equals("google.protobuf.Any")) {
        return ":@";
      }
      if (!types.contains(type)) {
        types.add(type);
      }
      return ":" + (types.indexOf(type) + 1);
    }
  }
}
