package dev.adit.host.control;

import dev.adit.devices.Family;
import dev.adit.devices.Figure;
import dev.adit.devices.Quantity;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What functions and devices have done, as metrics. They are read when somebody asks; the data path
 * knows nothing of them.
 *
 * <pre>
 * adit_interrupts_delivered_total{function="dsa0",adi="vdsa1",store="ims"} 2000
 * adit_descriptors_by_status_total{function="dsa0",status="0x19"} 1
 * adit_remap_faults_total{reason="irte-not-present"} 0
 * </pre>
 *
 * PASIDs and paths are no labels: they would make a series of every restart.
 */
final class Metrics {
  /** A metric: its name without {@code adit_}, whether it only rises, and what it counts. */
  private record Metric(String name, boolean counter, String help) {
    static Metric of(Quantity quantity) {
      return new Metric(quantity.metric(), quantity.counter(), quantity.help());
    }

    /** {@return the name that users see} */
    String title() {
      return "adit_" + name + (counter ? "_total" : "");
    }
  }

  private static final Metric FAULTS =
      new Metric("remap_faults", true, "Interrupt messages stopped on their way.");
  private static final Metric ATTACHED =
      new Metric("device_attached", false, "Whether a guest is connected to a device.");
  private static final Metric DEVICES =
      new Metric("devices_active", false, "Devices that are served.");
  private static final Metric AVAILABLE =
      new Metric("devices_available", false, "Devices that could still be started, by type.");
  private static final Metric STORE =
      new Metric("store_entries", false, "Entries of a function's message store.");
  private static final Metric STORE_USED =
      new Metric("store_entries_used", false, "Of these, those that belong to devices.");

  /** One number. */
  private record Point(Labels labels, long value) {}

  private final Map<Metric, List<Point>> points = new LinkedHashMap<>();

  private Metrics() {}

  /** {@return the names that users see of all metrics there can be} */
  static List<String> titles() {
    List<Metric> all =
        new ArrayList<>(List.of(FAULTS, ATTACHED, DEVICES, AVAILABLE, STORE, STORE_USED));
    all.add(Metric.of(Quantity.INTERRUPTS));
    Family.all().stream()
        .flatMap(family -> family.quantities().stream())
        .filter(quantity -> !quantity.metric().isEmpty())
        .forEach(quantity -> all.add(Metric.of(quantity)));
    return all.stream().map(Metric::title).distinct().toList();
  }

  /** {@return all metrics as they are now} */
  static MetricSnapshots of(Composer composer, Devices devices) {
    Metrics metrics = new Metrics();
    composer.faults().forEach((reason, count) -> metrics.add(FAULTS, count, "reason", reason));
    composer.functions().forEach(metrics::function);
    for (Devices.Known known : devices.all()) {
      DeviceDefinition definition = known.running().orElse(known.definition());
      known.active().ifPresent(active -> metrics.device(definition, active.status()));
    }
    return metrics.snapshots();
  }

  private void add(Metric metric, long value, String... labels) {
    points.computeIfAbsent(metric, _ -> new ArrayList<>()).add(new Point(Labels.of(labels), value));
  }

  private void function(FunctionStatus status) {
    String[] labels = {"function", status.name()};
    add(DEVICES, status.devices(), labels);
    add(STORE, status.entries(), labels);
    add(STORE_USED, status.entriesUsed(), labels);
    status
        .types()
        .forEach(type -> add(AVAILABLE, type.available(), with(labels, "type", type.name())));
    // What is told of each device is not told once more of its function.
    for (Figure figure : status.figures()) {
      if (figure instanceof Figure.Keyed keyed) {
        keyed(keyed, labels);
      }
    }
  }

  private void keyed(Figure.Keyed figure, String[] labels) {
    if (!figure.quantity().metric().isEmpty()) {
      figure
          .values()
          .forEach(
              (word, count) ->
                  add(Metric.of(figure.quantity()), count, with(labels, figure.label(), word)));
    }
  }

  private void device(DeviceDefinition definition, DeviceStatus status) {
    String[] labels = {"function", definition.parent(), "adi", definition.label()};
    String[] byStore = with(labels, "store", status.ims().used() ? "ims" : "msix");
    for (Figure figure : status.figures()) {
      switch (figure) {
        case Figure.One(Quantity quantity, long value) -> add(quantity, value, labels);
        case Figure.Series series ->
            add(
                series.quantity(),
                series.sum(),
                series.quantity().equals(Quantity.INTERRUPTS) ? byStore : labels);
        case Figure.Keyed keyed -> keyed(keyed, labels);
        case Figure.Table table -> table(table, labels);
      }
    }
    add(ATTACHED, status.attached() ? 1 : 0, labels);
  }

  private void table(Figure.Table table, String[] labels) {
    if (!table.rows().isEmpty()) {
      table
          .rows()
          .getFirst()
          .numbers()
          .forEach(one -> add(one.quantity(), table.sum(one.quantity()), labels));
    }
  }

  private void add(Quantity quantity, long value, String[] labels) {
    if (!quantity.metric().isEmpty()) {
      add(Metric.of(quantity), value, labels);
    }
  }

  private static String[] with(String[] labels, String name, String value) {
    String[] more = Arrays.copyOf(labels, labels.length + 2);
    more[labels.length] = name;
    more[labels.length + 1] = value;
    return more;
  }

  private MetricSnapshots snapshots() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    all.metricSnapshot(
        new InfoSnapshot(
            new MetricMetadata("adit_build", "The version of Adit."),
            List.of(new InfoDataPointSnapshot(Labels.of("version", "0.1.0")))));
    points.forEach(
        (metric, list) -> {
          MetricMetadata metadata = new MetricMetadata("adit_" + metric.name(), metric.help());
          all.metricSnapshot(
              metric.counter()
                  ? new CounterSnapshot(metadata, list.stream().map(Metrics::counter).toList())
                  : new GaugeSnapshot(metadata, list.stream().map(Metrics::gauge).toList()));
        });
    return all.build();
  }

  private static CounterDataPointSnapshot counter(Point point) {
    return CounterDataPointSnapshot.builder()
        .value((double) point.value())
        .labels(point.labels())
        .build();
  }

  private static GaugeDataPointSnapshot gauge(Point point) {
    return GaugeDataPointSnapshot.builder()
        .value((double) point.value())
        .labels(point.labels())
        .build();
  }
}
