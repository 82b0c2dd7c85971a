package dev.adit.cli.boot;

import dev.adit.cli.output.Output;
import dev.adit.cli.serve.ServedDsa;
import dev.adit.host.HostTenant;
import dev.adit.platform.Ims;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** What a guest told of its interrupt message store, beside what the host counted meanwhile. */
public final class ImsReport {
  /** The file in which a guest hands back what {@code adit capture} has taken there. */
  static final String CAPTURE = "capture.tar.gz";

  /**
   * What one operation costs.
   *
   * @param operation as the driver's debugfs calls it
   * @param times how often it was done
   * @param nanos guest time for one
   * @param spent messages for all of them
   */
  record Cost(String operation, long times, long nanos, ServedDsa.Spent spent) {}

  private final ImsOptions.Way way;
  private final ServedDsa served;
  private final List<Cost> costs = new ArrayList<>();
  private final List<ImsCase> cases = new ArrayList<>();
  private final List<String> crashes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private ImsCase current = new ImsCase(Ims.AUTO);
  private String address = "";
  private byte[] capture = {};
  private ServedDsa.Spent mark;

  public ImsReport(ImsOptions.Way way, ServedDsa served) {
    this.way = way;
    this.served = served;
    mark = served.spent();
  }

  /** Takes what a guest has told, at the time at which it did. */
  public void take(GuestMessage.Fact fact) {
    switch (fact.key()) {
      case "mark" -> mark = served.spent();
      case "cost" -> cost(fact.value().split(" "));
      case "function" -> address = fact.value();
      case "ims" -> {
        current = new ImsCase(Ims.valueOf(fact.value().toUpperCase(Locale.ROOT)));
        cases.add(current);
      }
      default -> current.take(fact);
    }
  }

  /** {@return whether a file was the guest's capture, which is taken then} */
  public boolean take(GuestMessage.Content content) {
    if (!content.name().equals(CAPTURE)) {
      return false;
    }
    capture = Base64.getMimeDecoder().decode(String.join("", content.base64()));
    return true;
  }

  /** Notes that QEMU was killed; what the guest held at the host must be gone. */
  void crashed(String when, int held) {
    crashes.add(when);
    if (held != 0) {
      problems.add(held + " messages were held after QEMU was killed " + when);
    }
  }

  private void cost(String[] words) {
    if (words.length == 3 && words[1].matches("[0-9]{1,9}") && words[2].matches("[0-9]{1,18}")) {
      long times = Long.parseLong(words[1]);
      long nanos = Long.parseLong(words[2]);
      costs.add(new Cost(words[0], times, nanos, served.spent().since(mark)));
    }
  }

  /** {@return what the driver told for each position of its switch that it was loaded with} */
  public List<ImsCase> cases() {
    return cases;
  }

  /**
   * {@return what is wrong: a decision that {@code adit explain} would not have made, an interrupt
   * that reached somebody else, messages that are held by nobody; empty if nothing}
   *
   * @param ended whether the guest came to its end, with its driver unloaded
   */
  public List<String> problems(boolean ended) {
    List<String> all = new ArrayList<>(problems);
    for (ImsCase each : cases) {
      all.addAll(each.differences(capture, address));
    }
    if (ended && cases.isEmpty()) {
      all.add("the driver did not say what it decided");
    }
    if (ended && served.held() != 0) {
      all.add(served.held() + " messages are held by a driver that was unloaded");
    }
    long strayed = served.tenant().map(HostTenant::strayed).orElse(0L);
    if (strayed != 0) {
      all.add(strayed + " messages reached another tenant");
    }
    return all;
  }

  void print(PrintWriter out, boolean ended) {
    out.printf(
        "ims        way %s; the guest uses %s: %s%n",
        way,
        current.stats().getOrDefault("mode", "-"),
        current.stats().getOrDefault("reason", "-"));
    out.println("  evidence in the guest " + current.evidence());
    out.println("  counters of the guest " + current.stats());
    List<String> wrong = problems(ended);
    wrong.forEach(problem -> out.println("  WRONG    " + problem));
    if (wrong.isEmpty() && capture.length > 0) {
      out.println("  explain  decides the same from a capture of the guest");
    }
    crashes.forEach(
        when -> out.println("  killed   QEMU, " + when + "; nothing was held after it"));
    printCosts(out);
    ServedDsa.Spent all = served.spent();
    out.printf(
        "  in all: %d reads, %d writes, %d messages carried to the guest, %d lost%n",
        all.reads(), all.writes(), all.interrupts(), served.lost());
    served
        .tenant()
        .ifPresent(
            tenant ->
                out.printf(
                    "  the host's remapper let %d through and stopped %s; %d reached another"
                        + " tenant%n",
                    tenant.delivered(),
                    tenant.faults().isEmpty() ? "none" : tenant.faults(),
                    tenant.strayed()));
  }

  private void printCosts(PrintWriter out) {
    if (!costs.isEmpty()) {
      out.println("  costs, each                 reads  writes  messages  guest time");
    }
    for (Cost cost : costs) {
      ServedDsa.Spent spent = cost.spent();
      out.printf(
          Locale.ROOT,
          "    %-6s x %-6d          %8.2f%8.2f%10.2f%9.1f us%n",
          cost.operation(),
          cost.times(),
          each(spent.reads(), cost),
          each(spent.writes(), cost),
          each(spent.interrupts(), cost),
          cost.nanos() / 1e3);
    }
  }

  private static double each(long all, Cost cost) {
    return cost.times() == 0 ? 0 : (double) all / cost.times();
  }

  void write(JsonGenerator json, boolean ended) {
    json.writeObjectPropertyStart("ims");
    json.writeStringProperty("way", way.toString());
    strings(json, "evidence", current.evidence());
    strings(json, "stats", current.stats());
    Output.strings(json, "problems", problems(ended));
    Output.strings(json, "killed", crashes);
    json.writeArrayPropertyStart("costs");
    for (Cost cost : costs) {
      json.writeStartObject();
      json.writeStringProperty("operation", cost.operation());
      json.writeNumberProperty("times", cost.times());
      json.writeNumberProperty("nanos", cost.nanos());
      json.writeNumberProperty("reads", cost.spent().reads());
      json.writeNumberProperty("writes", cost.spent().writes());
      json.writeNumberProperty("messages", cost.spent().interrupts());
      json.writeEndObject();
    }
    json.writeEndArray();
    ServedDsa.Spent all = served.spent();
    json.writeNumberProperty("reads", all.reads());
    json.writeNumberProperty("writes", all.writes());
    json.writeNumberProperty("messages", all.interrupts());
    json.writeNumberProperty("lost", served.lost());
    json.writeNumberProperty("strayed", served.tenant().map(HostTenant::strayed).orElse(0L));
    json.writeObjectPropertyStart("stopped");
    served
        .tenant()
        .map(HostTenant::faults)
        .orElse(Map.of())
        .forEach((reason, count) -> json.writeNumberProperty(reason.name(), count));
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, Map<String, String> map) {
    json.writeObjectPropertyStart(name);
    map.forEach(json::writeStringProperty);
    json.writeEndObject();
  }
}
