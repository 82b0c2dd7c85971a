package dev.adit.cli.boot;

import dev.adit.cli.output.Output;
import dev.adit.cli.serve.DeviceReport;
import dev.adit.cli.serve.PortalAccess;
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
    PortalAccess portals,
    GuestRun run,
    DsaStatistics device,
    Optional<ImsReport> ims) {

  /** Prints for people. */
  void print(PrintWriter out, Output output) {
    printMachine(out, machine, portals);
    guest().print(out, output);
    DeviceReport.print(device, out);
    ims.ifPresent(report -> report.print(out, run.passed()));
    String why = run.failure().map(failure -> ": " + failure).orElse("");
    printOutcome(out, output, passed(), why);
  }

  /** {@return whether the guest passed, and the host has seen nothing wrong} */
  boolean passed() {
    return run.passed() && ims.map(report -> report.problems(true).isEmpty()).orElse(true);
  }

  static void printMachine(PrintWriter out, VmArguments machine, PortalAccess portals) {
    out.printf(
        "machine    %s, processors %d, %s vIOMMU, portals by %s%n",
        machine.accelerator(), machine.processors(), machine.viommu() ? "with" : "no", portals);
  }

  static void printOutcome(PrintWriter out, Output output, boolean passed, String why) {
    out.println(
        passed
            ? output.look(Output.Look.GOOD, "passed")
            : output.look(Output.Look.BAD, "FAILED") + why);
    out.flush();
  }

  private GuestReport guest() {
    return new GuestReport(run, device.interrupts(), List.of());
  }

  /** Writes one JSON document. */
  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("schema", "adit.boot/1");
    writeMachine(json, machine, portals);
    guest().write(json);
    json.writeName("device");
    DeviceReport.json(device, json);
    ims.ifPresent(report -> report.write(json, run.passed()));
    json.writeEndObject();
  }

  static void writeMachine(JsonGenerator json, VmArguments machine, PortalAccess portals) {
    json.writeObjectPropertyStart("machine");
    json.writeStringProperty("accelerator", machine.accelerator().toString());
    json.writeNumberProperty("processors", machine.processors());
    json.writeBooleanProperty("viommu", machine.viommu());
    json.writeStringProperty("portals", portals.toString());
    json.writeEndObject();
  }
}
