package dev.adit.host.control;

import dev.adit.devices.Figure;
import dev.adit.devices.Section;
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
    plain.put("entries", status.entries());
    plain.put("entriesUsed", status.entriesUsed());
    plain.put("ims", ims(status.ims()));
    plain.put("types", types(status));
    status.figures().forEach(figure -> plain.put(figure.key(), value(figure)));
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

  private static Object value(Figure figure) {
    return switch (figure) {
      case Figure.One one -> one.value();
      case Figure.Series series -> series.values();
      case Figure.Keyed keyed -> keyed.values();
      case Figure.Table table -> table.rows().stream().map(Reports::row).toList();
    };
  }

  private static Map<String, Object> row(Figure.Row row) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("index", row.index());
    plain.putAll(row.words());
    row.numbers().forEach(one -> plain.put(one.key(), one.value()));
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
    status.figures().forEach(figure -> state.put(figure.key(), value(figure)));
  }
}
