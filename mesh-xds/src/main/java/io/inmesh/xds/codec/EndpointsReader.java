package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.proto.envoy.config.core.v3.HealthStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads endpoints straight from their bytes, in the plain form in which planes send them by the
 * thousand: a message object for each part would cost several times as much. Whatever is out of the
 * ordinary is left to {@link EndpointsCodec}, which alone says what is wrong with it. Not for use
 * by several threads.
 */
final class EndpointsReader {
  private static final int LENGTH = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int VARINT = WireFormat.WIRETYPE_VARINT;
  private static final int MAX_PRIORITY = 128;
  private static final Health[] HEALTHS = healths();

  /** What {@link #number} answers for a message that is out of the ordinary. */
  private static final int ODD = -1;

  private final Interned interned;

  EndpointsReader(Interned interned) {
    this.interned = interned;
  }

  private static Health[] healths() {
    var healths = new Health[HealthStatus.values().length - 1];
    for (HealthStatus status : HealthStatus.values()) {
      if (status != HealthStatus.UNRECOGNIZED) {
        healths[status.getNumber()] = Health.valueOf(status.name());
      }
    }
    return healths;
  }

  private static int tag(int field, int type) {
    return field << 3 | type;
  }

  /** The endpoints, or null if they are not of the plain form; that they are valid is seen to. */
  @Nullable EndpointSet read(ByteString bytes) {
    try {
      return set(bytes.newCodedInput());
    } catch (IOException malformed) {
      return null;
    }
  }

  private @Nullable EndpointSet set(CodedInputStream in) throws IOException {
    String name = "";
    var localities = new ArrayList<LocalityEndpoints>(2);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1, LENGTH) && name.isEmpty()) {
        name = interned.string(in.readStringRequireUtf8());
      } else if (tag == tag(2, LENGTH)) {
        int end = in.pushLimit(in.readRawVarint32());
        LocalityEndpoints locality = locality(in);
        if (locality == null) {
          return null;
        }
        in.popLimit(end);
        localities.add(locality);
      } else {
        return null;
      }
    }
    return name.isEmpty() || tooHeavy(localities) ? null : new EndpointSet(name, localities);
  }

  /** Weights are added up within a priority; here, where it is cheap, over all of them. */
  private static boolean tooHeavy(List<LocalityEndpoints> localities) {
    long total = 0;
    for (LocalityEndpoints locality : localities) {
      total += locality.weight();
    }
    return total > Integer.MAX_VALUE;
  }

  private @Nullable LocalityEndpoints locality(CodedInputStream in) throws IOException {
    Locality place = null;
    int weight = 0;
    int priority = 0;
    var endpoints = new ArrayList<Endpoint>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1, LENGTH) && place == null) {
        place = place(in);
        if (place == null) {
          return null;
        }
      } else if (tag == tag(2, LENGTH)) {
        int end = in.pushLimit(in.readRawVarint32());
        Endpoint endpoint = endpoint(in);
        if (endpoint == null) {
          return null;
        }
        in.popLimit(end);
        endpoints.add(endpoint);
      } else if (tag == tag(3, LENGTH) && weight == 0) {
        weight = number(in);
        if (weight == ODD) {
          return null;
        }
      } else if (tag == tag(5, VARINT)) {
        priority = in.readUInt32();
      } else {
        return null;
      }
    }
    return priority < 0 || priority > MAX_PRIORITY
        ? null
        : new LocalityEndpoints(place == null ? Locality.NONE : place, weight, priority, endpoints);
  }

  private @Nullable Locality place(CodedInputStream in) throws IOException {
    String region = "";
    String zone = "";
    String subZone = "";
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1, LENGTH)) {
        region = in.readStringRequireUtf8();
      } else if (tag == tag(2, LENGTH)) {
        zone = in.readStringRequireUtf8();
      } else if (tag == tag(3, LENGTH)) {
        subZone = in.readStringRequireUtf8();
      } else {
        return null;
      }
    }
    in.popLimit(end);
    return interned.locality(
        new Locality(interned.string(region), interned.string(zone), interned.string(subZone)));
  }

  /** A UInt32Value that is a weight: at least 1. */
  private static int number(CodedInputStream in) throws IOException {
    int value = 0;
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag != tag(1, VARINT)) {
        return ODD;
      }
      value = in.readUInt32();
    }
    in.popLimit(end);
    return value <= 0 ? ODD : value;
  }

  private @Nullable Endpoint endpoint(CodedInputStream in) throws IOException {
    Where where = null;
    Health health = Health.UNKNOWN;
    int weight = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1, LENGTH) && where == null) {
        where = where(in);
        if (where == null) {
          return null;
        }
      } else if (tag == tag(2, VARINT)) {
        int number = in.readEnum();
        if (number < 0 || number >= HEALTHS.length) {
          return null;
        }
        health = HEALTHS[number];
      } else if (tag == tag(4, LENGTH) && weight == 0) {
        weight = number(in);
        if (weight == ODD) {
          return null;
        }
      } else {
        return null;
      }
    }
    return where == null
        ? null
        : new Endpoint(
            where.address, where.hostname, weight == 0 ? 1 : weight, health, Metadata.EMPTY);
  }

  private record Where(Address address, String hostname) {}

  private @Nullable Where where(CodedInputStream in) throws IOException {
    Address address = null;
    String hostname = "";
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(1, LENGTH) && address == null) {
        address = address(in);
        if (address == null) {
          return null;
        }
      } else if (tag == tag(3, LENGTH)) {
        hostname = interned.string(in.readStringRequireUtf8());
      } else {
        return null;
      }
    }
    in.popLimit(end);
    return address == null ? null : new Where(address, hostname);
  }

  /** An Address that holds a SocketAddress. */
  private @Nullable Address address(CodedInputStream in) throws IOException {
    Address address = null;
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      address = tag == tag(1, LENGTH) && address == null ? socket(in) : null;
      if (address == null) {
        return null;
      }
    }
    in.popLimit(end);
    return address;
  }

  private @Nullable Address socket(CodedInputStream in) throws IOException {
    String host = "";
    int port = -1;
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tag(2, LENGTH)) {
        host = in.readStringRequireUtf8();
      } else if (tag == tag(3, VARINT)) {
        port = in.readUInt32();
      } else {
        return null;
      }
    }
    in.popLimit(end);
    return port < 0 || port > 65535 || !Addresses.isIp(host)
        ? null
        : new Address(interned.string(host), port);
  }
}
