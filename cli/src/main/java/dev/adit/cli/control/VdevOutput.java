package dev.adit.cli.control;

import dev.adit.devices.Figure;
import dev.adit.devices.Quantity;
import dev.adit.host.control.Families;
import dev.adit.host.control.Json;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How the verbs of {@code adit vdev} and {@code adit function} print. */
public final class VdevOutput {
  @Option(
      names = {"-j", "--json"},
      description = "Print one JSON document.")
  private boolean json;

  @Option(
      names = {"-p", "--pretty"},
      description = "Indent the JSON document.")
  private boolean pretty;

  /** {@return whether the user wants JSON} */
  boolean json() {
    return json;
  }

  /** Prints a document. */
  void print(CommandSpec spec, View view) {
    Object plain = view.plain();
    spec.commandLine().getOut().println(pretty ? Json.pretty(plain) : Json.line(plain));
  }

  /** Prints a device: the whole as JSON, or in a line what became of it. */
  void device(CommandSpec spec, View device, String what) {
    if (json) {
      print(spec, device);
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    String socket = device.get("state").get("socket").text();
    out.println(label(device) + " " + what + (socket.isEmpty() ? "" : " on " + socket));
    View ims = device.get("state").get("ims");
    if (!ims.entries().isEmpty()) {
      out.println("  " + ims(ims));
    }
  }

  /** {@return how a device is called} */
  public static String label(View device) {
    String name = attribute(device, "name");
    return name.isEmpty() ? device.get("uuid").text() : name;
  }

  /** {@return an attribute of a device, empty if it does not have it} */
  static String attribute(View device, String name) {
    return device.get("attrs").items().stream()
        .map(each -> each.get(name).text())
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** {@return the verdict about IMS in a line} */
  public static String ims(View ims) {
    return "ims=%s: completions over %s (%s: %s; isolation level %s)"
        .formatted(
            ims.get("requested").text(),
            ims.get("used").flag() ? "IMS" : "MSI-X",
            ims.get("rule").text(),
            ims.get("reason").text(),
            ims.get("isolation").text());
  }

  /** Prints a device with all there is to know. */
  static void show(PrintWriter out, View device) {
    out.println(label(device));
    View state = device.get("state");
    String doing = state.get("active").flag() ? state.get("doing").text() : "not active";
    String defined =
        state.get("defined").flag()
            ? "defined, start " + device.get("start").text()
            : "not defined: gone once stopped";
    out.println("  uuid      " + device.get("uuid").text());
    out.println(
        "  type      " + device.get("mdev_type").text() + " of " + device.get("parent").text());
    out.println("  state     " + doing + "; " + defined);
    if (state.get("changedSinceStart").flag()) {
      out.println("            its definition has changed since it was started");
    }
    for (View attribute : device.get("attrs").items()) {
      out.println("  attribute " + attribute.pairs());
    }
    if (state.get("active").flag()) {
      active(out, state);
    }
  }

  private static void active(PrintWriter out, View state) {
    out.println("  socket    " + state.get("socket").text());
    out.println("  client    " + (state.get("attached").flag() ? "connected" : "none"));
    out.println("  " + ims(state.get("ims")));
    out.println(
        "  pasid %s, message store entries %s"
            .formatted(state.get("pasid").text(), String.valueOf(state.get("entries").plain())));
    for (Figure.Parts parts : Families.parts()) {
      for (View part : state.get(parts.key()).items()) {
        out.println("  %-9s %s".formatted(parts.title().toLowerCase(Locale.ROOT), part.pairs()));
      }
    }
    for (Quantity quantity : Families.quantities()) {
      if (state.has(quantity.key())) {
        View value = state.get(quantity.key());
        out.println("  %-11s %s".formatted(quantity.label(), shown(quantity, value)));
      }
    }
  }

  private static String shown(Quantity quantity, View value) {
    if (!value.items().isEmpty()) {
      return String.valueOf(value.plain());
    }
    String pairs = value.pairs();
    return pairs.isEmpty() ? value.number() + " " + quantity.unit() : pairs;
  }
}
