package dev.adit.cli.serve;

import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.spec.Status;
import java.io.PrintWriter;
import tools.jackson.core.JsonGenerator;

/** A DSA's own counters, as every command shows them. */
public final class DeviceReport {
  private DeviceReport() {}

  public static void print(DsaStatistics device, PrintWriter out) {
    out.println("device");
    for (DsaStatistics.Queue queue : device.queues()) {
      if (queue.accepted() + queue.rejected() + queue.retried() > 0) {
        out.printf(
            "  queue %d: %d accepted, %d rejected, %d retried%n",
            queue.index(), queue.accepted(), queue.rejected(), queue.retried());
      }
    }
    device
        .statuses()
        .forEach(
            (status, count) ->
                out.printf("  status 0x%02x (%s): %d%n", status, Status.text(status), count));
    for (int vector = 0; vector < device.interrupts().size(); vector++) {
      if (device.interrupts().get(vector) > 0) {
        out.printf("  MSI-X vector %d: %d%n", vector, device.interrupts().get(vector));
      }
    }
    if (device.imsInterrupts() > 0) {
      out.printf("  IMS: %d%n", device.imsInterrupts());
    }
  }

  public static void json(DsaStatistics device, JsonGenerator json) {
    json.writeStartObject();
    json.writeArrayPropertyStart("queues");
    for (DsaStatistics.Queue queue : device.queues()) {
      json.writeStartObject();
      json.writeNumberProperty("index", queue.index());
      json.writeNumberProperty("accepted", queue.accepted());
      json.writeNumberProperty("rejected", queue.rejected());
      json.writeNumberProperty("retried", queue.retried());
      json.writeNumberProperty("occupancy", queue.occupancy());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectPropertyStart("operations");
    device.operations().forEach(json::writeNumberProperty);
    json.writeEndObject();
    json.writeObjectPropertyStart("statuses");
    device
        .statuses()
        .forEach((status, count) -> json.writeNumberProperty("0x%02x".formatted(status), count));
    json.writeEndObject();
    json.writeArrayPropertyStart("interrupts");
    device.interrupts().forEach(json::writeNumber);
    json.writeEndArray();
    json.writeNumberProperty("ims_interrupts", device.imsInterrupts());
    json.writeEndObject();
  }
}
