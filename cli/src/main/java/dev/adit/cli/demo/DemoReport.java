package dev.adit.cli.demo;

import dev.adit.cli.output.Output;
import dev.adit.cli.serve.DeviceReport;
import dev.adit.devices.dsa.DsaStatistics;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * What {@code adit demo} found: the driver's results and the device's counters.
 *
 * @param lines one for each operation
 * @param device the counters afterwards
 */
record DemoReport(List<DemoDriver.Line> lines, DsaStatistics device) {
  /** {@return whether every operation ran and every result was right} */
  boolean passed() {
    return !lines.isEmpty() && lines.stream().allMatch(line -> line.failures() == 0);
  }

  void print(Output output, PrintWriter out) {
    out.println("operation                     tried   wrong  interrupts");
    for (DemoDriver.Line line : lines) {
      String wrong = "%7d".formatted(line.failures());
      out.printf(
          "%-27s %7d %s %11d%n",
          line.operation(),
          line.done(),
          line.failures() == 0 ? wrong : output.look(Output.Look.BAD, wrong),
          line.interrupts());
      if (line.failures() > 0) {
        out.println("  first: " + line.first());
      }
    }
    out.println();
    DeviceReport.print(device, out);
    out.println();
    out.println(
        passed()
            ? output.look(Output.Look.GOOD, "Every result was right.")
            : output.look(Output.Look.BAD, "Some results were wrong."));
    out.flush();
  }

  void json(Output output, PrintWriter out) {
    try (JsonGenerator json = output.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("schema", "adit.demo/1");
      json.writeBooleanProperty("passed", passed());
      json.writeArrayPropertyStart("operations");
      for (DemoDriver.Line line : lines) {
        json.writeStartObject();
        json.writeStringProperty("operation", line.operation());
        json.writeNumberProperty("tried", line.done());
        json.writeNumberProperty("wrong", line.failures());
        json.writeNumberProperty("interrupts", line.interrupts());
        if (line.failures() > 0) {
          json.writeStringProperty("first", line.first());
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeName("device");
      DeviceReport.json(device, json);
      json.writeEndObject();
    }
    out.println();
    out.flush();
  }
}
