package dev.adit.cli.inspect;

import dev.adit.cli.output.Output;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import dev.adit.pci.spec.CapabilityKey;
import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Msix;
import dev.adit.pci.spec.Pasid;
import dev.adit.pci.spec.SrIov;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongFunction;

/** The summary: one row for each function. */
final class InspectTable implements InspectPrinter {
  private static final List<String> TITLES =
      List.of(
          "FUNCTION",
          "ID",
          "SIOV",
          "IMS",
          "MSI-X",
          "PASID",
          "VFS",
          "GROUP",
          "DRIVER",
          "CLASS",
          "NAME");
  private static final int SIOV = 2;
  private static final int IMS = 3;

  private final PrintWriter out;
  private final InspectNames names;
  private final Output output;
  private final boolean colored;

  InspectTable(PrintWriter out, InspectNames names, Output output) {
    this.out = out;
    this.names = names;
    this.output = output;
    this.colored = output.colored();
  }

  @Override
  public void source(String name, List<SeenFunction> functions, boolean titled) {
    if (titled) {
      out.println(name + ":");
    }
    if (functions.isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(TITLES);
    functions.forEach(function -> rows.add(row(function)));
    int[] widths = new int[TITLES.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    boolean title = true;
    for (List<String> row : rows) {
      print(row, widths, title);
      title = false;
    }
  }

  private List<String> row(SeenFunction function) {
    SiovSupport support = SiovSupport.of(function);
    return List.of(
        names.address(function.address()),
        InspectNames.ids(function),
        generation(support),
        sighted(support.ims(), "yes"),
        capability(function, Msix.KEY, Msix.TABLE_SIZE, size -> Long.toString(size + 1)),
        capability(function, Pasid.KEY, Pasid.MAX_WIDTH, Long::toString),
        capability(function, SrIov.KEY, SrIov.TOTAL_VFS, Long::toString),
        number(function.surroundings().iommuGroup()),
        function.surroundings().driver().orElse("-"),
        names.deviceClass(function),
        names.device(function));
  }

  static String generation(SiovSupport support) {
    boolean first = support.dvsec() == Sighting.PRESENT;
    boolean second = support.siov() == Sighting.PRESENT;
    if (first || second) {
      return first && second ? "1+2" : first ? "1" : "2";
    }
    boolean hidden = support.dvsec() == Sighting.HIDDEN || support.siov() == Sighting.HIDDEN;
    return hidden ? "?" : "-";
  }

  private static String capability(
      SeenFunction function, CapabilityKey key, Field field, LongFunction<String> text) {
    Sighting sighting = function.capabilities().sighting(key);
    if (sighting == Sighting.PRESENT) {
      return function.sees(field) ? text.apply(function.get(field)) : "?";
    }
    return sighted(sighting, "");
  }

  private static String sighted(Sighting sighting, String present) {
    return switch (sighting) {
      case PRESENT -> present;
      case ABSENT -> "-";
      case HIDDEN -> "?";
    };
  }

  private static String number(OptionalInt number) {
    return number.isPresent() ? Integer.toString(number.getAsInt()) : "-";
  }

  private void print(List<String> row, int[] widths, boolean title) {
    StringBuilder line = new StringBuilder();
    int last = row.size() - 1;
    for (int i = 0; i < last; i++) {
      String cell = row.get(i);
      line.append(title || !colored ? cell : look(i, cell));
      line.repeat(' ', widths[i] - cell.length() + 2);
    }
    line.append(row.get(last));
    out.println(title ? output.look(Output.Look.STRONG, line.toString()) : line.toString());
  }

  private String look(int column, String cell) {
    if (column != SIOV && column != IMS) {
      return cell;
    }
    return switch (cell) {
      case "-" -> cell;
      case "?" -> output.look(Output.Look.DOUBTFUL, cell);
      default -> output.look(Output.Look.GOOD, cell);
    };
  }
}
