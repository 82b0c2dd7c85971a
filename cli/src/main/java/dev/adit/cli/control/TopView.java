package dev.adit.cli.control;

import dev.adit.cli.output.Columns;
import dev.adit.devices.Figure;
import dev.adit.host.control.Families;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server said of its functions and devices at one time, and the difference to another time.
 *
 * @param status the answer to {@code status}
 * @param nanos when
 */
record TopView(View status, long nanos) {
  static TopView of(View status) {
    return new TopView(status, System.nanoTime());
  }

  /** {@return the view in lines; rates are those since an earlier view} */
  List<String> lines(String title, TopView before) {
    View functions = status.get("function");
    View devices = status.get("vdev");
    long active =
        devices.entries().values().stream()
            .filter(device -> device.get("state").get("active").flag())
            .count();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s; functions: %d; devices: %d, active: %d; stopped interrupts: %s"
            .formatted(
                title, functions.entries().size(), devices.entries().size(), active, faults()));
    double seconds = (nanos - before.nanos) / 1e9;
    lines.add("");
    lines.addAll(functions(before, seconds).lines());
    for (Figure.Parts parts : Families.parts()) {
      lines.add("");
      lines.addAll(parts(parts, before, seconds).lines());
    }
    lines.add("");
    lines.addAll(devices(before, seconds).lines());
    return lines;
  }

  private String faults() {
    String pairs = status.get("faults").pairs();
    return pairs.isEmpty() ? "none" : pairs;
  }

  private Columns functions(TopView before, double seconds) {
    Map<String, View> all = status.get("function").entries();
    FigureColumns rates = FigureColumns.rates(all.values(), seconds);
    FigureColumns rest = FigureColumns.rest(all.values());
    Columns table = new Columns();
    table.row(
        row(
            List.of(
                List.of("FUNCTION"),
                rates.titles(),
                List.of("ENTRIES", "DEVICES"),
                rest.titles())));
    all.forEach(
        (name, now) -> {
          View then = before.status.get("function").get(name);
          table.row(
              row(
                  List.of(
                      List.of(name),
                      rates.cells(now, then),
                      List.of(
                          now.get("entriesUsed").number() + "/" + now.get("entries").number(),
                          now.get("devices").text()),
                      rest.cells(now, then))));
        });
    return table;
  }

  private Columns parts(Figure.Parts parts, TopView before, double seconds) {
    Map<String, View> all = status.get("function").entries();
    List<View> rows = new ArrayList<>();
    all.values().forEach(each -> rows.addAll(each.get(parts.key()).items()));
    FigureColumns columns = FigureColumns.parts(rows, seconds);
    Columns table = new Columns();
    table.row(row(List.of(List.of(parts.title()), columns.titles())));
    all.forEach(
        (name, now) -> {
          List<View> then = before.status.get("function").get(name).get(parts.key()).items();
          List<View> here = now.get(parts.key()).items();
          for (int i = 0; i < here.size(); i++) {
            View old = i < then.size() ? then.get(i) : new View(null);
            String part = name + "/" + parts.prefix() + here.get(i).get("index").number();
            table.row(row(List.of(List.of(part), columns.cells(here.get(i), old))));
          }
        });
    return table;
  }

  private Columns devices(TopView before, double seconds) {
    Map<String, View> active = new LinkedHashMap<>();
    status
        .get("vdev")
        .entries()
        .forEach(
            (label, device) -> {
              if (device.get("state").get("active").flag()) {
                active.put(label, device);
              }
            });
    List<View> states = active.values().stream().map(each -> each.get("state")).toList();
    FigureColumns rates = FigureColumns.rates(states, seconds);
    FigureColumns rest = FigureColumns.rest(states);
    Columns table = new Columns();
    table.row(
        row(
            List.of(
                List.of("DEVICE", "TYPE", "OF", "CLIENT"),
                rates.titles(),
                rest.titles(),
                List.of("PATH"))));
    active.forEach(
        (label, device) -> {
          View now = device.get("state");
          View then = before.status.get("vdev").get(label).get("state");
          table.row(
              row(
                  List.of(
                      List.of(
                          label,
                          device.get("mdev_type").text(),
                          device.get("parent").text(),
                          now.get("attached").flag() ? "yes" : "-"),
                      rates.cells(now, then),
                      rest.cells(now, then),
                      List.of(now.get("ims").get("used").flag() ? "ims" : "msi-x"))));
        });
    return table;
  }

  private static Object[] row(List<List<String>> groups) {
    return groups.stream().flatMap(List::stream).toArray();
  }
}
