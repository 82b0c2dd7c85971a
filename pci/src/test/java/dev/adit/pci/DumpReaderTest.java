package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpReaderTest {
  private static final byte[] DSA = DsaConfigSpace.build().snapshot();

  private static List<SeenFunction> read(String text) {
    return DumpReader.read("x.txt", text.getBytes(StandardCharsets.UTF_8), address -> true);
  }

  static String dump(String address, byte[] bytes, int size) {
    StringBuilder text = new StringBuilder(address).append(" System peripheral: something\n");
    for (int at = 0; at < size; at += 16) {
      text.append("%02x: ".formatted(at));
      text.append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(at + 16, size)));
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  @Test
  void allLengthsOfDumpsAreRead() {
    for (int size : new int[] {4, 64, 256, 4096}) {
      List<SeenFunction> functions =
          read(dump("6a:01.0", DSA, size) + dump("1234abcd:6a:01.7", DSA, size));
      assertThat(functions).hasSize(2);
      assertThat(functions.getFirst().config().size()).isEqualTo(size);
      assertThat(functions.getFirst().device()).isEqualTo(0x0b25);
      assertThat(functions.get(1).address()).isEqualTo(new PciAddress(0x1234abcd, 0x6a, 1, 7));
    }
  }

  @Test
  void theTextOfVerboseDumpsIsUsed() {
    String bytes = dump("6a:01.0", DSA, 256);
    String head = bytes.substring(0, bytes.indexOf('\n') + 1);
    String text =
        head
            + "\tNUMA node: 1\n\tIOMMU group: 27\n"
            + "\tRegion 0: Memory at 38000000 (64-bit, prefetchable) [size=64K]\n"
            + "\tRegion 2: Memory at <unassigned> (64-bit) [size=128K]\n"
            + "\tKernel driver in use: idxd\n"
            + bytes.substring(head.length());
    SeenFunction function = read(text.replace("\n", "\r\n")).getFirst();
    assertThat(function.surroundings().driver()).contains("idxd");
    assertThat(function.surroundings().iommuGroup()).hasValue(27);
    assertThat(function.surroundings().numaNode()).hasValue(1);
    assertThat(function.bars())
        .extracting(Bar::index, Bar::kind, Bar::size)
        .containsExactly(
            tuple(0, Bar.Kind.MEMORY_64, 65536L), tuple(2, Bar.Kind.MEMORY_64, 131072L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          00: 86 80                       | x.txt:1: bytes before the address of a function
          00:02.0 x;10: 86                | x.txt:2: offset 0x10 where 0x0 should follow
          00:02.0 x;00: 86 8g             | x.txt:2: not a byte in column 8
          00:02.0 x;00: 86 8              | x.txt:2: not a byte in column 8
          00:02.0 x;00: 868 0             | x.txt:2: not a byte in column 5
          00:22.0 x                       | x.txt:1: '00:22.0' is not the address of a function
          00:02.9 x                       | x.txt:1: '00:02.9' is not the address of a function
          00:02.0 x;00: 0 1 2 3           | x.txt:2: not a byte in column 5
          hello                           | x.txt: no function found; make the dump with 'lspci -xxxx' as root
          00:02.0 x                       | x.txt: no bytes found; make the dump with 'lspci -xxxx' as root
          """)
  void brokenDumpsAreNamedByFileLineAndReason(String text, String message) {
    assertThatThrownBy(() -> read(text.replace(';', '\n')))
        .isInstanceOf(PciException.class)
        .hasMessage(message);
  }

  @Test
  void nothingFromAFileReachesTheTerminalAsAnEscape() {
    assertThatThrownBy(() -> read("00:\u001b[31m.0 x"))
        .hasMessage("x.txt:1: '00:?[31m.0' is not the address of a function");
    String text = dump("6a:01.0", DSA, 64) + "\tKernel driver in use: a\u001b[2Jb\n";
    assertThat(read(text).getFirst().surroundings().driver()).contains("a?[2Jb");
  }

  @Test
  void tooManyBytesAreRefused() {
    String seventeen = "00:02.0 x\n00:" + " 00".repeat(17);
    assertThatThrownBy(() -> read(seventeen)).hasMessage("x.txt:2: more bytes than fit");
    String long4097 = dump("00:02.0", new byte[4112], 4112);
    assertThatThrownBy(() -> read(long4097)).hasMessage("x.txt:258: more bytes than fit");
  }

  @Test
  void anyTextIsReadOrRefusedWithAMessage() {
    long seed = Long.getLong("adit.seed", 1);
    Random random = new Random(seed);
    byte[] good =
        (dump("6a:01.0", DSA, 256) + dump("0000:6a:02.0", DSA, 64))
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] text = good.clone();
      for (int n = random.nextInt(6); n >= 0; n--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      try {
        DumpReader.read("x", text, address -> true);
      } catch (PciException e) {
        assertThat(e).as("seed %d", seed).hasMessageStartingWith("x:");
      }
    }
  }
}
