package dev.adit.pci.lspci;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.pci.Bar;
import dev.adit.pci.Origin;
import dev.adit.pci.PciException;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.PciExpress;
import dev.adit.pci.spec.Pri;
import dev.adit.pci.spec.SiovDvsec;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LspciReaderTest {
  /** Structure as lspci 3.9 prints it; the host is made up. */
  private static final String DSA =
      """
      0000:f2:01.0 System peripheral [0880]: Intel Corporation Device [8086:0b25] (rev 01)
      \tSubsystem: Intel Corporation Device [8086:0000]
      \tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-
      \tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
      \tLatency: 0, Cache Line Size: 64 bytes
      \tNUMA node: 1
      \tIOMMU group: 7
      \tRegion 0: Memory at 3a0000000000 (64-bit, prefetchable) [size=64K]
      \tRegion 2: Memory at 3a0000020000 (64-bit, prefetchable) [size=128K]
      \tCapabilities: [40] Express (v2) Root Complex Integrated Endpoint, MSI 00
      \t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0
      \t\t\tExtTag+ RBE+ FLReset+
      \tCapabilities: [80] MSI-X: Enable+ Count=9 Masked-
      \t\tVector table: BAR=0 offset=00002000
      \t\tPBA: BAR=0 offset=00003000
      \tCapabilities: [180 v1] Process Address Space ID (PASID)
      \t\tPASIDCap: Exec- Priv+, Max PASID Width: 14
      \t\tPASIDCtl: Enable+ Exec- Priv-
      \tCapabilities: [220 v1] Designated Vendor-Specific: Vendor=8086 ID=0005 Rev=0 Len=24 <?>
      \tCapabilities: [240 v1] Page Request Interface (PRI)
      \t\tPRICtl: Enable+ Reset-
      \t\tPRISta: RF- UPRGI- Stopped+
      \t\tPage Request Capacity: 00000200, Page Request Allocation: 00000200
      \tKernel driver in use: idxd
      """;

  private static SeenFunction only(String text) {
    List<SeenFunction> found = LspciReader.find(text.getBytes(UTF_8));
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static void facts(SeenFunction seen) {
    assertThat(seen.address()).hasToString("0000:f2:01.0");
    assertThat(seen.vendor()).isEqualTo(0x8086);
    assertThat(seen.device()).isEqualTo(0x0b25);
    assertThat(seen.classId()).isEqualTo(0x0880);
    assertThat(seen.get(Msix.TABLE_SIZE)).isEqualTo(8);
    assertThat(seen.get(Msix.ENABLE)).isEqualTo(1);
    assertThat(seen.get(Pasid.MAX_WIDTH)).isEqualTo(20);
    assertThat(seen.get(Pasid.ENABLE)).isEqualTo(1);
    assertThat(seen.capabilities().sighting(Pri.KEY)).isEqualTo(Sighting.PRESENT);
    SiovSupport siov = SiovSupport.of(seen);
    assertThat(siov.dvsec()).isEqualTo(Sighting.PRESENT);
    assertThat(siov.ims()).as("the text does not tell").isEqualTo(Sighting.HIDDEN);
    assertThat(siov.siov()).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void aFunctionIsReadFromText() {
    SeenFunction seen = only(DSA);
    facts(seen);
    assertThat(seen.surroundings().driver()).contains("idxd");
    assertThat(seen.surroundings().iommuGroup()).hasValue(7);
    assertThat(seen.surroundings().numaNode()).hasValue(1);
    assertThat(seen.bars()).extracting(Bar::index).containsExactly(0, 2);
    assertThat(seen.bars())
        .extracting(Bar::address)
        .containsExactly(0x3a0000000000L, 0x3a0000020000L);
    assertThat(seen.bars()).extracting(Bar::size).containsExactly(65536L, 131072L);
    assertThat(seen.get(PciExpress.TYPE)).isEqualTo(9);
    assertThat(seen.sees(SiovDvsec.IMS)).isFalse();
    assertThat(seen.origin().kind()).isEqualTo(Origin.Kind.TEXT);
    assertThat(seen.origin().lineOf(0x82)).isEqualTo(13);
    assertThat(seen.origin().lineOf(0x184)).isEqualTo(17);
    assertThat(seen.origin().facts()).containsEntry("driver", 24);
    assertThat(seen.capabilities().problems()).isEmpty();
  }

  static List<Arguments> wrappings() {
    return List.of(
        wrapped("as it is", text -> text),
        wrapped("quoted in mail", text -> text.indent(0).replaceAll("(?m)^", "> ")),
        wrapped("quoted twice", text -> text.replaceAll("(?m)^", ">> ")),
        wrapped("with prompt", text -> "[root@h1 ~]# lspci -vvv\n" + text + "[root@h1 ~]# uname\n"),
        wrapped("from Windows", text -> text.replace("\n", "\r\n")),
        wrapped(
            "in colour",
            text ->
                text.replace("f2:01.0", "f2:01.0\u001b[0m").replaceAll("(?m)^", "\u001b[1;32m")),
        wrapped("fenced", text -> "Hello,\n\n```text\n" + text + "```\nAny idea?\n"),
        wrapped("indented by Markdown", text -> text.replaceAll("(?m)^", "    ")),
        wrapped("without tabs", text -> text.replaceAll("(?m)^\\s+", "")),
        wrapped("tabs as blanks", text -> text.replace("\t", "        ")),
        wrapped(
            "HTML",
            text ->
                "<html><body><pre>"
                    + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    + "</pre>"),
        wrapped(
            "among prose",
            text -> "At 12:34:56 the function 00:02.0 hung:\n" + text + "\nThanks\n"));
  }

  private static Arguments wrapped(String name, UnaryOperator<String> how) {
    return Arguments.of(name, how);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrappings")
  void whereItWasPastedDoesNotMatter(String name, UnaryOperator<String> how) {
    facts(only(how.apply(DSA)));
  }

  @Test
  void wrappedLinesAndOtherEncodingsAreRead() {
    facts(only(DSA.replace(" DEVSEL", "\nDEVSEL").replace(", Max PASID", ",\nMax PASID")));
    List<SeenFunction> wide = LspciReader.find(DSA.getBytes(UTF_16));
    assertThat(wide).hasSize(1);
    facts(wide.getFirst());
  }

  @Test
  void wideDomainsAreRead() {
    for (String domain : List.of("10000", "1abcde0", "7fffffff")) {
      assertThat(only(DSA.replace("0000:f2", domain + ":f2")).address().domain())
          .isEqualTo(Integer.parseInt(domain, 16));
    }
  }

  @Test
  void numbersAloneAndMachineFormsAreRead() {
    SeenFunction numbers = only("6a:01.0 0880: 8086:0b25 (rev 01)\n");
    assertThat(numbers.device()).isEqualTo(0x0b25);
    SeenFunction quoted =
        only(
            "6a:01.0 \"System peripheral [0880]\" \"Intel Corporation [8086]\" \"Device [0b25]\""
                + " -r01 -p00 \"Intel Corporation [8086]\" \"Device [0000]\"\n");
    assertThat(quoted.device()).isEqualTo(0x0b25);
    assertThat(quoted.classId()).isEqualTo(0x0880);
    SeenFunction lines =
        only(
            """
            Slot:\t6a:01.0
            Class:\tSystem peripheral [0880]
            Vendor:\tIntel Corporation [8086]
            Device:\tDevice [0b25]
            Rev:\t01
            Driver:\tidxd
            NUMANode:\t2
            IOMMUGroup:\t9
            """);
    assertThat(lines.vendor()).isEqualTo(0x8086);
    assertThat(lines.device()).isEqualTo(0x0b25);
    assertThat(lines.surroundings().driver()).contains("idxd");
    assertThat(lines.surroundings().iommuGroup()).hasValue(9);
    assertThat(lines.capabilities().sighting(Msix.KEY)).isEqualTo(Sighting.HIDDEN);
  }

  @Test
  void namesWithoutNumbersStayNames() {
    SeenFunction seen = only("00:02.0 VGA compatible controller: Maker Corp. Thing (rev 02)\n");
    assertThat(seen.vendor()).isEqualTo(0xffff);
    assertThat(seen.origin().className()).contains("VGA compatible controller");
    assertThat(seen.origin().name()).contains("Maker Corp. Thing");
    assertThat(seen.classKnown()).isFalse();
  }

  @Test
  void bytesWinAndDisagreementsAreNamed() {
    String rows =
        """
        00: 86 80 26 0b 06 00 10 00 01 00 80 08 10 00 00 00
        10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        20: 00 00 00 00 00 00 00 00 00 00 00 00 86 80 00 00
        30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        """;
    SeenFunction seen = only(DSA + rows);
    assertThat(seen.device()).isEqualTo(0x0b26);
    assertThat(seen.origin().kind()).isEqualTo(Origin.Kind.BYTES);
    assertThat(seen.capabilities().problems())
        .contains("the header: the text says Device ID b25, the bytes say b26");
    assertThat(seen.capabilities().sighting(Msix.KEY)).isEqualTo(Sighting.ABSENT);
  }

  @Test
  void deniedAndBrokenListsAreNamed() {
    String denied = "00:02.0 0300: 1234:1111\n\tCapabilities: <access denied>\n";
    assertThat(only(denied).capabilities().problems())
        .containsExactly("line 2: lspci says 'access denied' where capabilities should be");
  }

  @Test
  void foreignFilesGetTheLineAndTheReason() {
    assertThatThrownBy(() -> LspciReader.read("f", "\n<xml>\n".getBytes(UTF_8), a -> true))
        .isInstanceOf(PciException.class)
        .hasMessageStartingWith("f:2: no function found: '<xml>'");
    assertThatThrownBy(() -> LspciReader.read("f", new byte[0], a -> true))
        .hasMessageStartingWith("f: no function found: it is empty");
    assertThat(LspciReader.find("nothing at 00:02.0 here\n00:02.0 hangs\n".getBytes(UTF_8)))
        .isEmpty();
  }

  @Test
  void nothingThatIsPastedBreaksTheReader() {
    long seed = Long.getLong("adit.seed", 41);
    Random random = new Random(seed);
    long end = System.nanoTime() + Long.getLong("adit.fuzz.seconds", 1) * 1_000_000_000L;
    do {
      byte[] text = mutate(DSA + "00: 86 80 25 0b 06 00 10 00\n" + DSA, random);
      try {
        for (SeenFunction seen : LspciReader.find(text)) {
          SiovSupport.of(seen);
          seen.bars();
          seen.headerFields();
          seen.capabilities().capabilities().forEach(seen::fields);
        }
      } catch (RuntimeException e) {
        throw new AssertionError("seed %d: %s".formatted(seed, new String(text, UTF_8)), e);
      }
    } while (System.nanoTime() < end);
  }

  private static byte[] mutate(String good, Random random) {
    StringBuilder text = new StringBuilder(good);
    for (int i = random.nextInt(30); i >= 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(1, 128));
        case 1 -> text.insert(at, Long.toHexString(random.nextLong()));
        case 2 -> text.delete(at, Math.min(text.length(), at + random.nextInt(60)));
        case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 200)));
        default ->
            text.insert(
                at,
                random.nextBoolean() ? "\n" : "ffffffffffffffffffffff".toUpperCase(Locale.ROOT));
      }
      if (text.isEmpty()) {
        text.append(' ');
      }
    }
    return text.toString().getBytes(UTF_8);
  }
}
