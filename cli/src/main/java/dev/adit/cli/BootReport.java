package dev.adit.cli;

import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.host.VmArguments;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * What {@code adit boot} has found: the guest's view and the device's beside each other.
 *
 * @param machine the virtual machine
 * @param portals how descriptors reached the device
 * @param run what the guest told
 * @param device what the device counted over all boots
 * @param ims of a run of the reference driver
 */
record BootReport(
    VmArguments machine,
    DsaOptions.PortalAccess portals,
    GuestRun run,
    DsaStatistics device,
    Optional<ImsReport> ims) {

  /** Prints for people. */
  void print(PrintWriter out, Output output) {
    out.printf(
        "machine    %s, processors %d, %s vIOMMU, portals by %s%n",
        machine.accelerator(), machine.processors(), machine.viommu() ? "with" : "no", portals);
    int number = 0;
    for (GuestRun.Boot boot : run.boots()) {
      out.printf("boot       %d of Linux %s%n", ++number, boot.release());
      for (GuestMessage.Step step : boot.steps()) {
        String word =
            step.passed()
                ? output.look(Output.Look.GOOD, "ok    ")
                : output.look(Output.Look.BAD, "FAILED");
        out.printf("  %s   %-12s %s%n", word, step.name(), step.detail());
      }
      printTransfers(out, boot.transfers());
    }
    printInterrupts(out);
    DeviceReport.print(device, out);
    ims.ifPresent(report -> report.print(out));
    out.println(
        run.passed()
            ? output.look(Output.Look.GOOD, "passed")
            : output.look(Output.Look.BAD, "FAILED")
                + run.failure().map(why -> ": " + why).orElse(""));
    out.flush();
  }

  private static void printTransfers(PrintWriter out, List<GuestRun.Transfer> transfers) {
    for (GuestRun.Transfer t : transfers) {
      out.printf(
          "  dmatest  %-18s %d tests, %d failures, %.0f per second, %d KiB/s%n",
          t.thread(), t.tests(), t.failures(), t.perSecond(), t.kibPerSecond());
    }
  }

  private void printInterrupts(PrintWriter out) {
    if (run.boots().isEmpty()) {
      return;
    }
    out.println("interrupts, as the guest counted them in its last boot and the device in all");
    for (GuestRun.Interrupt i : run.boots().getLast().interrupts()) {
      long sent = sent(i.vector());
      if (i.count() > 0 || sent > 0) {
        out.printf(
            "  vector   %d: %d received, %d sent (%s, %s)%n",
            i.vector(), i.count(), sent, i.name(), i.chip());
      }
    }
  }

  private long sent(long vector) {
    List<Long> sent = device.interrupts();
    return vector >= 0 && vector < sent.size() ? sent.get((int) vector) : 0;
  }

  /** Writes one JSON document. */
  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("schema", "adit.boot/1");
    json.writeBooleanProperty("passed", run.passed());
    run.failure().ifPresent(why -> json.writeStringProperty("failure", why));
    json.writeObjectPropertyStart("machine");
    json.writeStringProperty("accelerator", machine.accelerator().toString());
    json.writeNumberProperty("processors", machine.processors());
    json.writeBooleanProperty("viommu", machine.viommu());
    json.writeStringProperty("portals", portals.toString());
    json.writeEndObject();
    json.writeArrayPropertyStart("boots");
    run.boots().forEach(boot -> write(json, boot));
    json.writeEndArray();
    json.writeName("device");
    DeviceReport.json(device, json);
    ims.ifPresent(report -> report.write(json));
    json.writeEndObject();
  }

  private void write(JsonGenerator json, GuestRun.Boot boot) {
    json.writeStartObject();
    json.writeStringProperty("release", boot.release());
    json.writeArrayPropertyStart("steps");
    for (GuestMessage.Step step : boot.steps()) {
      json.writeStartObject();
      json.writeStringProperty("name", step.name());
      json.writeBooleanProperty("passed", step.passed());
      json.writeStringProperty("detail", step.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("dmatest");
    for (GuestRun.Transfer t : boot.transfers()) {
      json.writeStartObject();
      json.writeStringProperty("thread", t.thread());
      json.writeNumberProperty("tests", t.tests());
      json.writeNumberProperty("failures", t.failures());
      json.writeNumberProperty("per_second", t.perSecond());
      json.writeNumberProperty("kib_per_second", t.kibPerSecond());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("interrupts");
    for (GuestRun.Interrupt i : boot.interrupts()) {
      json.writeStartObject();
      json.writeNumberProperty("vector", i.vector());
      json.writeNumberProperty("received", i.count());
      json.writeStringProperty("chip", i.chip());
      json.writeStringProperty("name", i.name());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
