package io.inmesh.xds;

import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import io.inmesh.xds.ads.ResourceDecoder;
import io.inmesh.xds.codec.Decoder;

/** Decodes what an ADS stream brings with the codec. Owner: the config loop. */
final class CodecDecoder implements ResourceDecoder {
  private final Decoder decoder = new Decoder();

  @Override
  public Decoded decode(Resource.Type type, ByteString message) {
    io.inmesh.xds.codec.Decoded decoded = decoder.decode(type, message);
    if (decoded instanceof io.inmesh.xds.codec.Decoded.Accepted accepted) {
      return new Accepted(accepted.resource(), accepted.unsupported());
    }
    var refused = (io.inmesh.xds.codec.Decoded.Refused) decoded;
    return new Refused(refused.name(), refused.message());
  }
}
