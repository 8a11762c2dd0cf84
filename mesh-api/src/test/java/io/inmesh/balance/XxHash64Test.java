package io.inmesh.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XxHash64Test {
  /** Values of the reference implementation. */
  @Test
  void vectors() {
    assertThat(XxHash64.of("", 0L)).isEqualTo(-1205034819632174695L);
    assertThat(XxHash64.of("", 1L)).isEqualTo(-3049013831022690741L);
    assertThat(XxHash64.of("", -7L)).isEqualTo(3595746562089524016L);
    assertThat(XxHash64.of("a", 0L)).isEqualTo(-3292477735350538661L);
    assertThat(XxHash64.of("a", 1L)).isEqualTo(-2395144786285869370L);
    assertThat(XxHash64.of("a", -7L)).isEqualTo(8341825442532257986L);
    assertThat(XxHash64.of("abc", 0L)).isEqualTo(4952883123889572249L);
    assertThat(XxHash64.of("abc", 1L)).isEqualTo(-4708009277469325048L);
    assertThat(XxHash64.of("abc", -7L)).isEqualTo(-5180778048759447037L);
    assertThat(XxHash64.of("127.0.0.1:24000_0", 0L)).isEqualTo(-6503604307109643838L);
    assertThat(XxHash64.of("127.0.0.1:24000_0", 1L)).isEqualTo(-3917975364116195691L);
    assertThat(XxHash64.of("127.0.0.1:24000_0", -7L)).isEqualTo(4358972188378114480L);
    assertThat(XxHash64.of("0123456789abcdef", 0L)).isEqualTo(6655072042875317515L);
    assertThat(XxHash64.of("0123456789abcdef", 1L)).isEqualTo(-7693964793056413875L);
    assertThat(XxHash64.of("0123456789abcdef", -7L)).isEqualTo(-7215818203159765384L);
    assertThat(XxHash64.of("The quick brown fox jumps over the lazy dog, twice and again", 0L))
        .isEqualTo(-1619369034729080441L);
    assertThat(XxHash64.of("The quick brown fox jumps over the lazy dog, twice and again", 1L))
        .isEqualTo(645962031781435134L);
    assertThat(XxHash64.of("The quick brown fox jumps over the lazy dog, twice and again", -7L))
        .isEqualTo(205537966313370283L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0L)).isEqualTo(6979749295578388976L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1L)).isEqualTo(-3524504392899727227L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", -7L)).isEqualTo(339061176689009942L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0L))
        .isEqualTo(-2098916983475261205L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1L))
        .isEqualTo(-7895561074845910325L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", -7L))
        .isEqualTo(-8613086788779508399L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0L))
        .isEqualTo(-5477988621476558682L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1L))
        .isEqualTo(-6649070448645882596L);
    assertThat(XxHash64.of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", -7L))
        .isEqualTo(6508586724536159344L);
    assertThat(
            XxHash64.of(
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                0L))
        .isEqualTo(-7858536869340659564L);
    assertThat(
            XxHash64.of(
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                1L))
        .isEqualTo(-6738814337875264082L);
    assertThat(
            XxHash64.of(
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                -7L))
        .isEqualTo(-3219444562448281895L);
    assertThat(XxHash64.of("gr\u00fc\u00dfe", 0L)).isEqualTo(-669059810951111462L);
    assertThat(XxHash64.of("gr\u00fc\u00dfe", 1L)).isEqualTo(8409752807921695563L);
    assertThat(XxHash64.of("gr\u00fc\u00dfe", -7L)).isEqualTo(6907518573122452017L);
  }

  @Test
  void aPartHashesLikeItsCopy() {
    String text = "0123456789abcdef0123456789abcdef0123456789";
    assertThat(XxHash64.of(text, 3, 40, 5)).isEqualTo(XxHash64.of(text.substring(3, 40), 5));
  }
}
