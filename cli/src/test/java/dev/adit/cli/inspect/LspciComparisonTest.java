package dev.adit.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.pci.Bar;
import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.PciAddress;
import dev.adit.pci.RequesterIds;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.Surroundings;
import dev.adit.pci.lspci.LspciReader;
import dev.adit.pci.spec.Dvsec;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Format;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Register;
import dev.adit.pci.spec.SrIov;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field that lspci and we both print of a capability or of the control and status registers
 * has the same value. Fields are matched by name within their register, as both print them.
 */
class LspciComparisonTest {
  private static final Pattern FLAG =
      Pattern.compile("(?<![\\w-])([<>]?[\\w/-]*\\w(?:\\(\\w+\\))?)([+-])(?=[\\s,)]|$)");

  /** Registers whose fields lspci prints without the register's name. */
  private static final Set<String> UNNAMED =
      Set.of("Message Control", "Express", "Header", "Header 1", "Header 2", "BAR");

  private static final int NEWEST_KNOWN = 313;

  @TempDir private Path folder;

  private final List<String> differences = new ArrayList<>();
  private final Set<String> onlyLspci = new TreeSet<>();
  private int compared;

  static List<Arguments> machines() {
    return List.of(
        Arguments.of(
            "igb",
            "q35",
            List.of("-device", port("p"), "-device", "igb,bus=p"),
            new int[] {0},
            250),
        Arguments.of(
            "nvme with SR-IOV",
            "q35",
            List.of(
                "-device",
                port("p"),
                "-device",
                "nvme-subsys,id=s",
                "-device",
                "nvme,serial=a,subsys=s,bus=p,sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4"),
            new int[] {0},
            200),
        Arguments.of(
            "virtio behind a switch",
            "q35",
            List.of(
                "-device",
                port("p"),
                "-device",
                "x3130-upstream,id=u,bus=p",
                "-device",
                "xio3130-downstream,id=d,bus=u,chassis=9",
                "-device",
                "virtio-net-pci,bus=d,ats=on",
                "-device",
                "virtio-rng-pci,bus=pcie.0",
                "-device",
                "qemu-xhci,bus=pcie.0"),
            new int[] {0},
            300),
        Arguments.of(
            "intel-iommu",
            "q35,kernel-irqchip=off",
            List.of(
                "-device",
                "intel-iommu,intremap=off",
                "-device",
                port("p"),
                "-device",
                "e1000e,bus=p"),
            new int[] {0},
            200),
        Arguments.of(
            "cxl",
            "q35,cxl=on",
            List.of(
                "-object",
                "memory-backend-ram,id=m,size=256M",
                "-device",
                "pxb-cxl,bus_nr=12,bus=pcie.0,id=c",
                "-device",
                "cxl-rp,port=0,bus=c,id=r,chassis=0,slot=2",
                "-device",
                "cxl-type3,bus=r,volatile-memdev=m,id=x"),
            new int[] {0, 12},
            200));
  }

  private static String port(String id) {
    return "pcie-root-port,id=" + id + ",chassis=1";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("machines")
  void functionsOfQemuReadAsInLspci(
      String name, String machine, List<String> devices, int[] roots, int atLeast)
      throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    try (QemuFunctions qemu = QemuFunctions.start(machine, devices)) {
      compare(qemu.enumerate(roots), atLeast);
    }
  }

  @Test
  void virtualFunctionsAreWhereTheyWereComputed() throws IOException {
    List<String> igb = List.of("-device", port("p"), "-device", "igb,bus=p");
    try (QemuFunctions qemu = QemuFunctions.start("q35", igb)) {
      PciAddress at = new PciAddress(0, 1, 0, 0);
      byte[] bytes = qemu.enumerate(0).get(at);
      assertThat(bytes).isNotNull();
      SeenFunction parent = SeenFunction.of(at, ConfigSpace.of(bytes), Surroundings.NONE);
      Capability srIov = parent.capabilities().find(SrIov.KEY).orElseThrow();
      RequesterIds vfs = RequesterIds.of(parent, srIov).orElseThrow();
      assertThat(vfs.count()).isEqualTo(parent.get(SrIov.TOTAL_VFS));
      for (int i = 0; i < vfs.count(); i++) {
        assertThat(qemu.read(vfs.at(i).orElseThrow(), 64)).containsOnly(0xff);
      }
      qemu.write(at, srIov.offset() + SrIov.NUMBER_OF_VFS.register().offset(), 2, vfs.count());
      qemu.write(at, srIov.offset() + SrIov.ENABLE.register().offset(), 2, 0x9);
      for (int i = 0; i < vfs.count(); i++) {
        PciAddress address = vfs.at(i).orElseThrow();
        SeenFunction vf =
            SeenFunction.of(address, ConfigSpace.of(qemu.read(address, 4096)), Surroundings.NONE);
        assertThat(vf.vendor()).as("a VF has no ID of its own").isEqualTo(0xffff);
        assertThat(vf.capabilities().sighting(Msix.KEY)).isEqualTo(Sighting.PRESENT);
      }
    }
  }

  @Test
  void theDsaThatIsServedReadsAsInLspci() throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    try (DsaDevice dsa =
        new DsaDevice(
            DsaProfile.physical(),
            EnginePolicy.manual(),
            NoMemory::new,
            (to, data, requester, pasid) -> {},
            0x100)) {
      compare(Map.of(new PciAddress(0, 1, 0, 0), dsa.config().snapshot()), 80);
      SeenFunction seen =
          SeenFunction.of(
              new PciAddress(0, 1, 0, 0),
              ConfigSpace.of(dsa.config().snapshot()),
              Surroundings.NONE);
      assertThat(SiovSupport.of(seen).ims()).isEqualTo(Sighting.PRESENT);
    }
  }

  @Test
  void anEmulatedDsaReadsAsInLspci() throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    EmulatedConfigSpace dsa = EmulatedFunctions.dsa();
    dsa.write(0x04, 2, 0x0406);
    dsa.write(0x82, 2, 0x8000);
    dsa.write(0x226, 2, 0x8000);
    dsa.write(0x236, 2, 0x0005);
    dsa.write(0x244, 2, 0x0001);
    dsa.write(0x10c, 4, -1);
    compare(Map.of(new PciAddress(0, 0x6a, 1, 0), dsa.snapshot()), 150);
  }

  @Test
  void randomFieldsReadAsInLspci() throws IOException {
    assumeTrue(Lspci.command().isPresent(), "lspci is not installed");
    long seed = Long.getLong("adit.seed", 17);
    Random random = new Random(seed);
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    for (int device = 0; device < 32; device++) {
      functions.put(new PciAddress(0, 1, device, 0), EmulatedFunctions.random(random).snapshot());
    }
    try {
      compare(functions, 32 * 100);
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private void compare(Map<PciAddress, byte[]> functions, int atLeast) throws IOException {
    Path dump = Files.writeString(folder.resolve("dump"), Lspci.dump(functions));
    String judged = Lspci.run(Lspci.command().orElseThrow(), "-vvv", "-n", "-F", dump.toString());
    Map<PciAddress, Lspci.Function> theirs = Lspci.parse(judged);
    List<SeenFunction> ours = LspciReader.read("dump", Files.readAllBytes(dump), address -> true);
    assertThat(theirs.keySet()).containsExactlyElementsOf(functions.keySet());
    assertThat(ours).hasSameSizeAs(theirs.keySet());
    for (SeenFunction function : ours) {
      Lspci.Function judge = theirs.get(function.address());
      assertThat(judge).isNotNull();
      assertThat(offsets(function)).isEqualTo(judge.sections().keySet());
      List<Field> header = function.headerFields();
      compare(function, header, 0, "header", judge.section(0));
      compare(function.bars(), function.address() + " header", judge.section(0));
      for (Capability found : function.capabilities().capabilities()) {
        Lspci.Section section = judge.section(found.offset());
        compare(function, function.fields(found), found.offset(), found.name(), section);
        String where = function.address() + " " + found.name();
        compare(function.virtualBars(found), where, section);
      }
    }
    assertThat(differences).isEmpty();
    if (Lspci.version(Lspci.command().orElseThrow()) >= NEWEST_KNOWN) {
      // Older ones had other names for some flags.
      assertThat(onlyLspci).as("flags that only lspci prints, in capabilities we decode").isEmpty();
    }
    assertThat(compared).isGreaterThan(atLeast);
  }

  private static Set<Integer> offsets(SeenFunction function) {
    Set<Integer> offsets = new TreeSet<>(Set.of(0));
    function.capabilities().capabilities().forEach(found -> offsets.add(found.offset()));
    return offsets;
  }

  private void compare(
      SeenFunction function, List<Field> fields, int base, String name, Lspci.Section section) {
    Set<String> known = new TreeSet<>();
    for (Field field : fields) {
      Register register = field.register();
      boolean named = section.registers().containsKey(register.name());
      boolean free = UNNAMED.contains(register.name()) || register.name().equals(field.name());
      String text = normal(named || !free ? section.register(register.name()) : section.all());
      String value = field.format().text(function.config().get(field, base));
      String where = function.address() + " " + name + " " + field.register().name();
      known.add(field.name());
      if (field.format().equals(Format.FLAG)) {
        flag(text, field.name(), value, where);
      } else {
        value(text, field.name(), value, where);
      }
    }
    if (fields.isEmpty() || fields.contains(Dvsec.ID)) {
      return; // What is in a DVSEC is its vendor's; of CXL's we only know the names.
    }
    Matcher flags = FLAG.matcher(normal(section.all()));
    while (flags.find()) {
      if (!known.contains(flags.group(1))) {
        onlyLspci.add(name + ": " + flags.group(1));
      }
    }
  }

  private void compare(List<Bar> bars, String where, Lspci.Section section) {
    Set<String> named = new TreeSet<>();
    for (Bar bar : bars) {
      if (bar.kind() == Bar.Kind.ROM) {
        continue;
      }
      String name = "Region " + bar.index();
      named.add(name);
      String kind =
          "(%s, %sprefetchable)".formatted(bar.kind().text(), bar.prefetchable() ? "" : "non-");
      String text = section.register(name);
      Matcher at = Pattern.compile(" at ([0-9a-f]+)").matcher(text);
      check(
          (bar.kind() == Bar.Kind.IO || text.contains(kind))
              && (at.find() ? Long.parseUnsignedLong(at.group(1), 16) : 0) == bar.address(),
          where + ": " + bar + " in " + text);
    }
    Set<String> theirs = new TreeSet<>(section.registers().keySet());
    theirs.removeIf(name -> !name.startsWith("Region "));
    check(named.equals(theirs), where + ": " + named + " in " + theirs);
  }

  private void flag(String text, String name, String value, String where) {
    Matcher flags = FLAG.matcher(text);
    while (flags.find()) {
      if (flags.group(1).equals(name)) {
        check(flags.group(2).equals(value), where + ": " + name + value + " in " + text);
        return;
      }
    }
  }

  private void value(String text, String name, String value, String where) {
    Matcher at =
        Pattern.compile("(?<![\\w-])" + Pattern.quote(name) + "(?![\\w+-])[ :=#]*").matcher(text);
    boolean found = false;
    while (at.find()) {
      found = true;
      String rest = text.substring(at.end());
      if (value.startsWith("unknown") && rest.toLowerCase(Locale.ROOT).startsWith("unknown")) {
        compared++;
        return;
      }
      if (rest.startsWith(value) && !rest.substring(value.length()).matches("^[0-9a-f].*")) {
        compared++;
        return;
      }
    }
    check(!found, where + ": " + name + "=" + value + " in " + text);
    compared -= found ? 0 : 1;
  }

  private void check(boolean same, String what) {
    compared++;
    if (!same) {
      differences.add(what.length() > 300 ? what.substring(0, 300) : what);
    }
  }

  /** Spells out what lspci abbreviates. */
  private static String normal(String text) {
    return text.replaceAll(
        "PME\\(D0(.),D1(.),D2(.),D3hot(.),D3cold(.)\\)",
        "PME(D0)$1 PME(D1)$2 PME(D2)$3 PME(D3hot)$4 PME(D3cold)$5");
  }
}
