package dev.adit.host.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is told about functions and devices, as plain values; docs/reference/control.md. */
final class Reports {
  private Reports() {}

  static Map<String, Object> function(FunctionStatus status) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("kind", status.kind());
    plain.put("devices", status.devices());
    plain.put("engines", status.engines());
    plain.put("entries", status.entries());
    plain.put("entriesUsed", status.entriesUsed());
    plain.put("completed", status.completed());
    plain.put("interrupts", status.interrupts());
    plain.put("statuses", status.statuses());
    plain.put("ims", ims(status.ims()));
    plain.put("types", types(status));
    plain.put("queues", status.queues().stream().map(Reports::queue).toList());
    return plain;
  }

  static Map<String, Object> types(FunctionStatus status) {
    Map<String, Object> types = new LinkedHashMap<>();
    for (TypeStatus type : status.types()) {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("description", type.description());
      plain.put("available", type.available());
      types.put(type.name(), plain);
    }
    return types;
  }

  private static Map<String, Object> queue(QueueStatus status) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("index", status.index());
    plain.put("mode", status.mode());
    plain.put("size", status.size());
    plain.put("waiting", status.waiting());
    plain.put("accepted", status.accepted());
    plain.put("rejected", status.rejected());
    plain.put("retried", status.retried());
    return plain;
  }

  /** The definition, and what there is beyond it under {@code state}, which reading passes over. */
  static Map<String, Object> device(Devices devices, Devices.Known known) {
    Map<String, Object> plain = known.definition().plain();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("defined", known.defined());
    state.put("active", known.active().isPresent());
    known
        .active()
        .ifPresent(
            active -> {
              DeviceDefinition running = known.running().orElse(known.definition());
              state.put("socket", devices.socket(running).toString());
              if (!running.equals(known.definition())) {
                state.put("changedSinceStart", true);
              }
              active(state, active.status());
            });
    plain.put("state", state);
    return plain;
  }

  private static Map<String, Object> ims(DeviceStatus.ImsUse use) {
    Map<String, Object> ims = new LinkedHashMap<>();
    ims.put("requested", use.requested());
    ims.put("used", use.used());
    ims.put("rule", use.rule());
    ims.put("reason", use.reason());
    ims.put("isolation", use.isolation());
    return ims;
  }

  private static void active(Map<String, Object> state, DeviceStatus status) {
    state.put("doing", Section.spelling(status.state()));
    state.put("attached", status.attached());
    state.put("pasid", "0x" + Integer.toHexString(status.pasid()));
    state.put("entries", List.copyOf(status.entries()));
    state.put("ims", ims(status.ims()));
    state.put("completed", status.completed());
    state.put("interrupts", List.copyOf(status.interrupts()));
    state.put("errors", status.errors());
    state.put("revocations", status.revocations());
    state.put("queues", status.queues().stream().map(Reports::queue).toList());
  }
}
