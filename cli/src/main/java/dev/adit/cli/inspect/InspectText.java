package dev.adit.cli.inspect;

import dev.adit.cli.output.Output;
import dev.adit.pci.Bar;
import dev.adit.pci.Capability;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.Finding;
import dev.adit.pci.RequesterIds;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.Surroundings;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Format;
import dev.adit.pci.spec.Header;
import dev.adit.pci.spec.Register;
import java.io.PrintWriter;
import java.util.List;

/** Blocks of text in lspci's manner: {@code -v}, {@code -vv}, {@code -x} and {@code -k}. */
final class InspectText implements InspectPrinter {
  private final PrintWriter out;
  private final InspectNames names;
  private final Output output;
  private final Detail detail;

  /**
   * How much to tell.
   *
   * @param verbose how many times -v
   * @param hex how many times -x
   * @param kernel kernel facts
   */
  record Detail(int verbose, int hex, boolean kernel) {}

  InspectText(PrintWriter out, InspectNames names, Output output, Detail detail) {
    this.out = out;
    this.names = names;
    this.output = output;
    this.detail = detail;
  }

  @Override
  public void source(String name, List<SeenFunction> functions, boolean titled) {
    if (titled) {
      out.println(name + ":");
    }
    for (SeenFunction function : functions) {
      function(function);
    }
  }

  private void function(SeenFunction function) {
    String title =
        names.address(function.address())
            + " "
            + names.deviceClass(function)
            + ": "
            + names.device(function);
    out.println(output.look(Output.Look.STRONG, title));
    if (detail.verbose() > 0) {
      header(function);
    }
    if (detail.verbose() > 0 || detail.kernel()) {
      surroundings(function.surroundings());
    }
    if (detail.verbose() > 0) {
      function.bars().forEach(bar -> bar(bar, "\t"));
      function.capabilities().capabilities().forEach(found -> capability(function, found));
      function.capabilities().problems().forEach(problem -> out.println("\tProblem: " + problem));
      visibility(function);
      siov(function);
    }
    if (detail.hex() > 0) {
      hex(function.config());
    }
    out.println();
  }

  private void header(SeenFunction function) {
    ConfigSpace config = function.config();
    if (function.headerType() == 0 && config.visible(Header.SUBSYSTEM_ID, 0)) {
      int vendor = config.header(Header.SUBSYSTEM_VENDOR_ID);
      int id = config.header(Header.SUBSYSTEM_ID);
      if (vendor != 0 || id != 0) {
        out.println("\tSubsystem: " + InspectNames.hex4(vendor) + ":" + InspectNames.hex4(id));
      }
    }
    if (detail.verbose() > 1) {
      fields(config, function.headerFields(), 0, "\t");
    }
  }

  private void surroundings(Surroundings around) {
    around.driver().ifPresent(driver -> out.println("\tKernel driver in use: " + driver));
    around.iommuGroup().ifPresent(group -> out.println("\tIOMMU group: " + group));
    around.numaNode().ifPresent(node -> out.println("\tNUMA node: " + node));
    around.physicalFunction().ifPresent(pf -> out.println("\tVirtual function of " + pf));
  }

  private void bar(Bar bar, String indent) {
    String size = bar.size() == 0 ? "" : " [size=" + size(bar.size()) + "]";
    String address = bar.address() == 0 ? "<unassigned>" : InspectNames.hex(bar.address(), 8);
    String what =
        switch (bar.kind()) {
          case IO ->
              "I/O ports at "
                  + (bar.address() == 0 ? address : InspectNames.hex4((int) bar.address()));
          case ROM -> "Expansion ROM at " + address + (bar.enabled() ? "" : " [disabled]");
          default ->
              "Memory at %s (%s, %sprefetchable)"
                  .formatted(address, bar.kind().text(), bar.prefetchable() ? "" : "non-");
        };
    out.println(
        indent + (bar.kind() == Bar.Kind.ROM ? "" : "Region " + bar.index() + ": ") + what + size);
  }

  static String size(long bytes) {
    int unit = 0;
    long value = bytes;
    while (unit < 4 && (value & 1023) == 0) {
      value >>>= 10;
      unit++;
    }
    return value + (unit == 0 ? "" : "KMGT".substring(unit - 1, unit));
  }

  private void capability(SeenFunction function, Capability found) {
    boolean extended = found.offset() >= ConfigSpace.CONVENTIONAL;
    String version = extended ? " v" + found.version() : "";
    String offset = InspectNames.hex(found.offset(), extended ? 3 : 2);
    out.println("\tCapabilities: [" + offset + version + "] " + found.name());
    if (detail.verbose() > 1) {
      fields(function.config(), function.fields(found), found.offset(), "\t\t");
      function.virtualBars(found).forEach(bar -> bar(bar, "\t\t"));
      Computed.of(function, found).forEach(line -> out.println("\t\t" + line));
    }
  }

  private void fields(ConfigSpace config, List<Field> fields, int base, String indent) {
    StringBuilder line = new StringBuilder();
    Register register = null;
    for (Field field : fields) {
      if (!field.register().equals(register)) {
        flush(line);
        register = field.register();
        line.append(indent);
        if (!field.name().equals(register.name())) {
          line.append(register.name()).append(": ");
        }
      } else {
        line.append(' ');
      }
      String value = field.format().text(config.get(field, base));
      line.append(field.name());
      if (!field.format().equals(Format.FLAG)) {
        line.append('=');
      }
      line.append(value);
    }
    flush(line);
  }

  private void flush(StringBuilder line) {
    if (!line.isEmpty()) {
      out.println(line);
      line.setLength(0);
    }
  }

  private void visibility(SeenFunction function) {
    boolean standard = function.capabilities().standardVisible();
    boolean extended = function.capabilities().extendedVisible();
    if (standard && extended) {
      return;
    }
    if (function.config().told()) {
      out.println("\tRead from text: what it does not carry is not visible");
      return;
    }
    int size = function.config().size();
    boolean seen = standard ? size > ConfigSpace.CONVENTIONAL : size >= ConfigSpace.CONVENTIONAL;
    String which = standard ? "Extended" : extended ? "Standard" : "All";
    out.println(
        seen
            ? "\t%s capabilities behind the damage are not visible, which is not absent"
                .formatted(which.equals("All") ? "Any" : which)
            : "\t%s capabilities hidden: only %d bytes of configuration space are visible"
                .formatted(which, size));
  }

  private void siov(SeenFunction function) {
    SiovSupport support = SiovSupport.of(function);
    out.println(
        "\tSIOV: generation 1 %s, IMS %s, generation 2 %s"
            .formatted(
                InspectJson.text(support.dvsec()),
                InspectJson.text(support.ims()),
                InspectJson.text(support.siov())));
    for (Finding finding : support.findings()) {
      out.println("\t\t" + finding.text() + " [" + finding.rule() + "]");
    }
  }

  private void hex(ConfigSpace config) {
    int most = detail.hex() > 3 ? 4096 : detail.hex() > 2 ? 256 : 64;
    int end = Math.min(most, config.size());
    for (int at = 0; at < end; at += 16) {
      StringBuilder line = new StringBuilder(InspectNames.hex(at, 2)).append(':');
      for (int i = at; i < Math.min(at + 16, end); i++) {
        line.append(' ').append(InspectNames.hex(config.u8(i), 2));
      }
      out.println(line);
    }
  }

  /** What follows from a capability's fields by computing. */
  private static final class Computed {
    private Computed() {}

    static List<String> of(SeenFunction function, Capability found) {
      return RequesterIds.of(function, found).map(Computed::describe).orElse(List.of());
    }

    private static List<String> describe(RequesterIds ids) {
      String range =
          ids.count() == 0
              ? "none"
              : ids.at(0).map(Object::toString).orElse("behind bus 255")
                  + " to "
                  + ids.last().map(Object::toString).orElse("behind bus 255");
      String line = "Requester IDs: " + range;
      return ids.problem()
          .map(problem -> List.of(line, "Problem: " + problem))
          .orElse(List.of(line));
    }
  }
}
