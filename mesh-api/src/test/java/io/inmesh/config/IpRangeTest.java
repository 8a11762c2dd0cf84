package io.inmesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRangeTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.0, 8, 127.255.0.1, true",
    "127.0.0.0, 8, 128.0.0.1, false",
    "10.1.2.3, 32, 10.1.2.3, true",
    "10.1.2.3, 32, 10.1.2.2, false",
    "10.1.2.3, 99, 10.1.2.2, false",
    "10.1.2.3, 31, 10.1.2.2, true",
    "0.0.0.0, 0, 8.8.8.8, true",
    "0.0.0.0, 0, ::1, false",
    "::1, 128, ::1, true",
    "2001:db8::, 33, 2001:db8:7fff::1, true",
    "2001:db8::, 33, 2001:db8:8000::1, false",
    "10.0.0.0, 8, bad, false"
  })
  void contains(String address, int length, String ip, boolean within) {
    assertThat(new IpRange(new Cidr(address, length)).contains(ip)).isEqualTo(within);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4",
        "0.0.0.0",
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "::ffff:0:1.2.3.4",
        "fe80::1:2",
        "1:2:3:4:5:6:1.2.3.4"
      })
  void readsWhatTheJdkReads(String ip) throws UnknownHostException {
    assertThat(IpRange.bytes(ip)).isEqualTo(InetAddress.getByName(ip).getAddress());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.",
        ".1.2.3",
        "a.b.c.d",
        ":",
        ":::",
        "1:2",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "1:2:3:4:5:6:7::8",
        "::g"
      })
  void refuses(String text) {
    assertThat(IpRange.bytes(text)).isNull();
  }

  @Test
  void aRangeNeedsAnAddress() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IpRange(new Cidr("localhost", 8)))
        .withMessageContaining("localhost");
  }
}
