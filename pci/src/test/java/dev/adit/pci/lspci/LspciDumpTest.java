package dev.adit.pci.lspci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.adit.pci.Bar;
import dev.adit.pci.DsaConfigSpace;
import dev.adit.pci.PciAddress;
import dev.adit.pci.PciException;
import dev.adit.pci.SeenFunction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes as {@code lspci -x} to {@code -xxxx} prints them. */
class LspciDumpTest {
  private static final byte[] DSA = DsaConfigSpace.build().snapshot();

  private static final String NO_FUNCTION =
      "no function found: '%s' is not the address of a function, and no line after it begins with"
          + " one; make the file with 'lspci -xxxx' or 'lspci -vvv -nn' as root";

  private static List<SeenFunction> read(String text) {
    return LspciReader.read("x.txt", text.getBytes(StandardCharsets.UTF_8), address -> true);
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
          00: 86 80                       | 00: 86 80
          00:02.0 x;10: 86                | 00:02.0 x
          00:22.0 x                       | 00:22.0 x
          00:02.9 x                       | 00:02.9 x
          hello                           | hello
          00:02.0 x                       | 00:02.0 x
          """)
  void aDumpWithoutFunctionsIsNamedByItsFirstLine(String text, String line) {
    assertThatThrownBy(() -> read(text.replace(';', '\n')))
        .isInstanceOf(PciException.class)
        .hasMessage("x.txt:1: " + NO_FUNCTION, line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          00:02.0 x;00: 86 8g             | x.txt:2: not a byte in column 8
          00:02.0 x;00: 868 0             | x.txt:2: not a byte in column 5
          00:02.0 x;00: 0 1 2 3           | x.txt:2: not a byte in column 5
          """)
  void brokenDumpsAreNamedByFileLineAndReason(String text, String message) {
    assertThatThrownBy(() -> read(text.replace(';', '\n')))
        .isInstanceOf(PciException.class)
        .hasMessage(message);
  }

  @Test
  void rowsThatLeaveBytesOutAreAProblemOfTheFunction() {
    SeenFunction function = read("00:02.0 0300: 1234:1111\n00: 86 80\n10: 00\n").getFirst();
    assertThat(function.config().size()).isEqualTo(2);
    assertThat(function.capabilities().problems())
        .contains("line 3: bytes from 0x10 on where 0x2 should follow");
  }

  @Test
  void aByteThatIsCutInTheMiddleIsLeftOut() {
    assertThat(read("00:02.0 x\n00: 86 8").getFirst().config().size()).isEqualTo(1);
  }

  @Test
  void nothingFromAFileReachesTheTerminalAsAnEscape() {
    assertThatThrownBy(() -> read("00:\u001b[31m.0 x"))
        .hasMessage("x.txt:1: " + NO_FUNCTION, "00:.0 x");
    String text =
        dump("6a:01.0", DSA, 64).strip() + "\n\tKernel driver in use: a\u001b[2J\u001bb\n";
    assertThat(read(text).getFirst().surroundings().driver()).contains("a?b");
  }

  @Test
  void bytesThatDoNotFitAreNotTaken() {
    String seventeen = "00:02.0 x\n00:" + " 00".repeat(17);
    assertThatThrownBy(() -> read(seventeen)).hasMessage("x.txt:2: not a byte in column 55");
    String long4097 = dump("00:02.0", new byte[4112], 4112);
    assertThat(read(long4097).getFirst().config().size()).isEqualTo(4096);
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
        LspciReader.read("x", text, address -> true);
      } catch (PciException e) {
        assertThat(e).as("seed %d", seed).hasMessageStartingWith("x:");
      }
    }
  }
}
