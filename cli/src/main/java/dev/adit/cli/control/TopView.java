package dev.adit.cli.control;

import dev.adit.cli.output.Columns;
import java.util.ArrayList;
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
    lines.add("");
    Columns table = new Columns();
    table.row("FUNCTION", "DESC/S", "IMS/S", "MSIX/S", "ENTRIES", "DEVICES", "FAILED");
    functions
        .entries()
        .forEach(
            (name, now) ->
                function(table, name, now, before.status.get("function").get(name), before));
    lines.addAll(table.lines());
    lines.add("");
    Columns queues = new Columns();
    queues.row("QUEUE", "MODE", "WAITING", "SIZE", "DESC/S", "REJECTED", "RETRIED");
    functions
        .entries()
        .forEach(
            (name, now) ->
                queues(queues, name, now, before.status.get("function").get(name), before));
    lines.addAll(queues.lines());
    lines.add("");
    Columns owners = new Columns();
    owners.row("DEVICE", "TYPE", "OF", "CLIENT", "DESC/S", "INT/S", "WAITING", "ERRORS", "PATH");
    devices.entries().forEach((label, now) -> device(owners, label, now, before));
    lines.addAll(owners.lines());
    return lines;
  }

  private String faults() {
    String pairs = status.get("faults").pairs();
    return pairs.isEmpty() ? "none" : pairs;
  }

  private double rate(long now, long then, TopView before) {
    double seconds = (nanos - before.nanos) / 1e9;
    return seconds > 0 && now >= then ? (now - then) / seconds : 0;
  }

  private String shown(long now, long then, TopView before) {
    return "%.0f".formatted(rate(now, then, before));
  }

  private void function(Columns table, String name, View now, View then, TopView before) {
    View interrupts = now.get("interrupts");
    View old = then.get("interrupts");
    long failed = 0;
    for (Map.Entry<String, View> status : now.get("statuses").entries().entrySet()) {
      boolean success = status.getKey().equals("0x01") || status.getKey().equals("0x02");
      failed += success ? 0 : status.getValue().number();
    }
    table.row(
        name,
        shown(now.get("completed").number(), then.get("completed").number(), before),
        shown(interrupts.get("ims").number(), old.get("ims").number(), before),
        shown(interrupts.get("msix").number(), old.get("msix").number(), before),
        now.get("entriesUsed").number() + "/" + now.get("entries").number(),
        now.get("devices").number(),
        failed);
  }

  private void queues(Columns table, String name, View now, View then, TopView before) {
    List<View> old = then.get("queues").items();
    List<View> all = now.get("queues").items();
    for (int i = 0; i < all.size(); i++) {
      View queue = all.get(i);
      long accepted = i < old.size() ? old.get(i).get("accepted").number() : 0;
      table.row(
          name + "/wq" + queue.get("index").number(),
          queue.get("mode").text(),
          queue.get("waiting").number(),
          queue.get("size").number(),
          shown(queue.get("accepted").number(), accepted, before),
          queue.get("rejected").number(),
          queue.get("retried").number());
    }
  }

  private void device(Columns table, String label, View now, TopView before) {
    View state = now.get("state");
    if (!state.get("active").flag()) {
      return;
    }
    View old = before.status.get("vdev").get(label).get("state");
    long waiting = 0;
    for (View queue : state.get("queues").items()) {
      waiting += queue.get("waiting").number();
    }
    table.row(
        label,
        now.get("mdev_type").text(),
        now.get("parent").text(),
        state.get("attached").flag() ? "yes" : "-",
        shown(state.get("completed").number(), old.get("completed").number(), before),
        shown(state.get("interrupts").sum(), old.get("interrupts").sum(), before),
        waiting,
        state.get("errors").number(),
        state.get("ims").get("used").flag() ? "ims" : "msi-x");
  }
}
