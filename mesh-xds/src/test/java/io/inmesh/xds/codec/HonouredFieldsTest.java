package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.inmesh.proto.ProtoFiles;
import org.junit.jupiter.api.Test;

class HonouredFieldsTest {
  @Test
  void theTableNamesFieldsThatExist() {
    var table = new HonouredFields().table();
    assertThat(table).hasSizeGreaterThan(80);
    table.forEach(
        (type, fields) -> {
          Descriptor descriptor = ProtoFiles.types().find(type);
          assertThat(descriptor).as(type).isNotNull();
          for (String field : fields) {
            assertThat(descriptor.findFieldByName(field)).as(type + "." + field).isNotNull();
          }
        });
  }

  @Test
  void messagesInsideAreOfTheTypeThatIsNamed() {
    int found = 0;
    for (var file : ProtoFiles.all()) {
      for (Descriptor type : file.getMessageTypes()) {
        Message inside = HonouredFields.insideAny(type.getFullName());
        if (inside != null) {
          found++;
          assertThat(inside.getDescriptorForType().getFullName()).isEqualTo(type.getFullName());
        }
      }
    }
    assertThat(found).isEqualTo(34);
  }
}
