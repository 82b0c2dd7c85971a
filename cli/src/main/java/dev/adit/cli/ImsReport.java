package dev.adit.cli;

import dev.adit.host.HostTenant;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** What a guest told of its interrupt message store, beside what the host counted meanwhile. */
final class ImsReport {
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
  private final Map<String, String> stats = new LinkedHashMap<>();
  private final Map<String, String> evidence = new LinkedHashMap<>();
  private ServedDsa.Spent mark;

  ImsReport(ImsOptions.Way way, ServedDsa served) {
    this.way = way;
    this.served = served;
    mark = served.spent();
  }

  /** Takes what a guest has told, at the time at which it did. */
  void take(GuestMessage.Fact fact) {
    switch (fact.key()) {
      case "mark" -> mark = served.spent();
      case "cost" -> cost(fact.value().split(" "));
      case "stat" -> pair(stats, fact.value());
      case "evidence" -> pair(evidence, fact.value());
      default -> {}
    }
  }

  private void cost(String[] words) {
    if (words.length == 3 && words[1].matches("[0-9]{1,9}") && words[2].matches("[0-9]{1,18}")) {
      long times = Long.parseLong(words[1]);
      long nanos = Long.parseLong(words[2]);
      costs.add(new Cost(words[0], times, nanos, served.spent().since(mark)));
    }
  }

  private static void pair(Map<String, String> map, String text) {
    int sign = text.indexOf('=');
    if (sign > 0) {
      map.put(text.substring(0, sign), text.substring(sign + 1));
    }
  }

  void print(PrintWriter out) {
    out.printf("ims        way %s; the guest uses %s: %s%n", way, stat("mode"), stat("reason"));
    out.println("  evidence in the guest " + evidence);
    out.println("  counters of the guest " + stats);
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

  private String stat(String key) {
    return stats.getOrDefault(key, "-");
  }

  private static double each(long all, Cost cost) {
    return cost.times() == 0 ? 0 : (double) all / cost.times();
  }

  void write(JsonGenerator json) {
    json.writeObjectPropertyStart("ims");
    json.writeStringProperty("way", way.toString());
    strings(json, "evidence", evidence);
    strings(json, "stats", stats);
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
