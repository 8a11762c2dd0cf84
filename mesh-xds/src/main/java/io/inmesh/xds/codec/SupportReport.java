package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the fields of a message that are set and that nobody reads. It looks only at the fields
 * that are not read and at the messages inside, and makes paths only for what it finds.
 */
final class SupportReport {
  private final Map<Descriptor, Fields> known = new HashMap<>();
  private final HonouredFields honoured = new HonouredFields();
  private final List<Object> way = new ArrayList<>();

  /**
   * What to look at in messages of one type.
   *
   * @param ignored fields that nobody reads
   * @param nested fields that hold messages to look into
   */
  private record Fields(List<FieldDescriptor> ignored, List<FieldDescriptor> nested) {}

  /** Adds the paths of such fields. */
  void unhonoured(Message message, List<String> into) {
    way.clear();
    visit(message, into);
  }

  private void visit(Message message, List<String> into) {
    Fields fields = known.computeIfAbsent(message.getDescriptorForType(), this::fields);
    for (FieldDescriptor field : fields.ignored) {
      boolean set =
          field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field);
      if (set) {
        into.add(pathTo(field.getName()));
      }
    }
    for (FieldDescriptor field : fields.nested) {
      way.add(field.getName());
      if (field.isRepeated()) {
        int count = message.getRepeatedFieldCount(field);
        for (int i = 0; i < count; i++) {
          way.add(i);
          inside((Message) message.getRepeatedField(field, i), into);
          way.remove(way.size() - 1);
        }
      } else if (message.hasField(field)) {
        inside((Message) message.getField(field), into);
      }
      way.remove(way.size() - 1);
    }
    for (int number : message.getUnknownFields().asMap().keySet()) {
      into.add(pathTo("field number " + number));
    }
  }

  private void inside(Message member, List<String> into) {
    if (member instanceof Any any) {
      honoured.inside(any).ifPresent(content -> visit(content, into));
    } else if (member instanceof MapEntry<?, ?> entry) {
      way.set(way.size() - 1, String.valueOf(entry.getKey()));
      inside((Message) entry.getValue(), into);
    } else {
      visit(member, into);
    }
  }

  private String pathTo(String last) {
    var path = new StringBuilder();
    for (Object step : way) {
      if (step instanceof Integer index) {
        path.append('[').append(index).append(']');
      } else {
        path.append(path.length() == 0 ? "" : ".").append(step);
      }
    }
    return path.append(path.length() == 0 ? "" : ".").append(last).toString();
  }

  private Fields fields(Descriptor type) {
    var ignored = new ArrayList<FieldDescriptor>();
    var nested = new ArrayList<FieldDescriptor>();
    for (FieldDescriptor field : type.getFields()) {
      if (!honoured.reads(type, field)) {
        ignored.add(field);
      } else if (honoured.looksInto(field)) {
        nested.add(field);
      }
    }
    return new Fields(List.copyOf(ignored), List.copyOf(nested));
  }
}
