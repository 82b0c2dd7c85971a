package dev.adit.cli.boot;

import dev.adit.cli.control.VdevOutput;
import dev.adit.cli.control.View;
import dev.adit.cli.output.Output;
import dev.adit.cli.serve.PortalAccess;
import dev.adit.host.VmArguments;
import dev.adit.host.control.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * What {@code adit boot --guests} has found.
 *
 * @param machine the virtual machine of the first guest
 * @param portals how descriptors reached the devices
 * @param function as {@code function list} tells it
 * @param faults interrupts that were stopped on their way, by reason
 */
record GroupReport(
    VmArguments machine, PortalAccess portals, List<Member> members, View function, View faults) {

  /**
   * A guest.
   *
   * @param device as {@code vdev show} tells it
   * @param revokedAtWork how many revocations found it at its work
   */
  record Member(GuestRun run, View device, int revokedAtWork) {
    private View state() {
      return device.get("state");
    }

    private GuestReport report() {
      List<Long> sent = state().get("interrupts").items().stream().map(View::number).toList();
      String store = state().get("ims").get("used").flag() ? "IMS" : "MSI-X";
      List<String> ways = new ArrayList<>(List.of("emulation"));
      for (View entry : state().get("entries").items()) {
        ways.add(store + " entry " + entry.text());
      }
      return new GuestReport(run, sent, ways);
    }

    private void print(PrintWriter out, Output output) {
      out.printf(
          "%n%-10s %s, PASID %s%n",
          VdevOutput.label(device), device.get("mdev_type").text(), state().get("pasid").text());
      report().print(out, output);
      out.printf(
          "  device   %d descriptors done, %d errors reported, handles revoked %d times%s%n",
          state().get("completed").number(),
          state().get("errors").number(),
          state().get("revocations").number(),
          state().get("revocations").number() > 0 ? ", " + revokedAtWork + " at work" : "");
      run.failure().ifPresent(why -> out.println("  " + output.look(Output.Look.BAD, why)));
    }

    private void write(JsonGenerator json) {
      json.writeStartObject();
      report().write(json);
      json.writeNumberProperty("revoked_at_work", revokedAtWork);
      json.writeName("device");
      json.writeRawValue(Json.line(device.plain()));
      json.writeEndObject();
    }
  }

  /** {@return whether all went well: no interrupt of theirs may have been stopped, either} */
  boolean passed() {
    return faults.sum() == 0 && members.stream().allMatch(member -> member.run().passed());
  }

  /** Prints for people. */
  void print(PrintWriter out, Output output) {
    BootReport.printMachine(out, machine, portals);
    out.println("function   " + VdevOutput.ims(function.get("ims")));
    members.forEach(member -> member.print(out, output));
    out.println();
    out.println("function   of all guests");
    for (View queue : function.get("queues").items()) {
      if (queue.get("accepted").number() + queue.get("rejected").number() > 0) {
        out.println("  queue    " + queue.pairs());
      }
    }
    out.println("  statuses " + function.get("statuses").pairs());
    out.println("  sent     " + function.get("interrupts").pairs());
    out.println("  stopped  " + (faults.entries().isEmpty() ? "none" : faults.pairs()));
    BootReport.printOutcome(out, output, passed(), "");
  }

  /** Writes one JSON document. */
  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("schema", "adit.boot-guests/1");
    json.writeBooleanProperty("passed", passed());
    BootReport.writeMachine(json, machine, portals);
    json.writeArrayPropertyStart("guests");
    members.forEach(member -> member.write(json));
    json.writeEndArray();
    json.writeName("function");
    json.writeRawValue(Json.line(function.plain()));
    json.writeName("stopped");
    json.writeRawValue(Json.line(faults.plain()));
    json.writeEndObject();
  }
}
