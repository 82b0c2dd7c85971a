package dev.adit.cli.inspect;

import dev.adit.pci.PciAddress;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.spec.Bridge;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tree of buses: each bridge with what is behind it. */
final class InspectTree implements InspectPrinter {
  private final PrintWriter out;
  private final InspectNames names;

  InspectTree(PrintWriter out, InspectNames names) {
    this.out = out;
    this.names = names;
  }

  @Override
  public void source(String name, List<SeenFunction> functions, boolean titled) {
    if (titled) {
      out.println(name + ":");
    }
    Map<Integer, Map<Integer, List<SeenFunction>>> domains = new TreeMap<>();
    for (SeenFunction function : functions) {
      PciAddress address = function.address();
      domains
          .computeIfAbsent(address.domain(), key -> new TreeMap<>())
          .computeIfAbsent(address.bus(), key -> new ArrayList<>())
          .add(function);
    }
    domains.forEach(this::domain);
  }

  private void domain(int domain, Map<Integer, List<SeenFunction>> buses) {
    BitSet done = new BitSet(256);
    BitSet behind = new BitSet(256);
    for (List<SeenFunction> functions : buses.values()) {
      for (SeenFunction function : functions) {
        if (bridge(function)) {
          behind.set(function.config().header(Bridge.SECONDARY_BUS));
        }
      }
    }
    // Buses that no bridge leads to are roots; what remains then hangs in a loop of bridges.
    for (boolean rootsOnly : new boolean[] {true, false}) {
      for (int bus : buses.keySet()) {
        if (!done.get(bus) && !(rootsOnly && behind.get(bus))) {
          out.println("[" + InspectNames.hex4(domain) + ":" + InspectNames.hex(bus, 2) + "]");
          bus(bus, buses, "", done);
        }
      }
    }
  }

  private void bus(int bus, Map<Integer, List<SeenFunction>> buses, String indent, BitSet done) {
    if (done.get(bus)) {
      return;
    }
    done.set(bus);
    List<SeenFunction> functions = buses.getOrDefault(bus, List.of());
    for (int i = 0; i < functions.size(); i++) {
      SeenFunction function = functions.get(i);
      boolean last = i == functions.size() - 1;
      PciAddress address = function.address();
      String place = InspectNames.hex(address.device(), 2) + "." + address.function();
      out.println(indent + (last ? "\\-" : "+-") + place + "  " + describe(function));
      if (bridge(function)) {
        int secondary = function.config().header(Bridge.SECONDARY_BUS);
        bus(secondary, buses, indent + (last ? "  " : "| "), done);
      }
    }
  }

  private String describe(SeenFunction function) {
    String name = names.device(function);
    if (!bridge(function)) {
      return name;
    }
    int secondary = function.config().header(Bridge.SECONDARY_BUS);
    int subordinate = function.config().header(Bridge.SUBORDINATE_BUS);
    String buses = InspectNames.hex(secondary, 2);
    return "["
        + (subordinate > secondary ? buses + "-" + InspectNames.hex(subordinate, 2) : buses)
        + "]  "
        + name;
  }

  private static boolean bridge(SeenFunction function) {
    return function.headerType() == 1 && function.config().visible(0, Bridge.LAYOUT.size());
  }
}
