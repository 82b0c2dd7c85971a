package dev.adit.host.control;

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
import java.util.EnumMap;
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
  /** The metrics, in the order in which they are printed. */
  enum Metric {
    INTERRUPTS("adit_interrupts_delivered", true, "Interrupts delivered, by message store."),
    FAULTS("adit_remap_faults", true, "Interrupt messages stopped on their way."),
    STATUSES("adit_descriptors_by_status", true, "Descriptors done, by status code."),
    DESCRIPTORS("adit_descriptors_completed", true, "Descriptors carried out."),
    REJECTED("adit_descriptors_rejected", true, "Posted descriptors dropped at a portal."),
    RETRIED("adit_descriptors_retried", true, "Deferrable descriptors answered with Retry."),
    ERRORS("adit_device_errors", true, "Errors reported beside completion records."),
    REVOCATIONS("adit_handle_revocations", true, "How often interrupt handles were taken back."),
    WAITING("adit_queue_descriptors", false, "Descriptors that wait in work queues."),
    ATTACHED("adit_device_attached", false, "Whether a guest is connected to a device."),
    DEVICES("adit_devices_active", false, "Devices that are served."),
    AVAILABLE("adit_devices_available", false, "Devices that could still be started, by type."),
    STORE("adit_store_entries", false, "Entries of a function's message store."),
    STORE_USED("adit_store_entries_used", false, "Of these, those that belong to devices.");

    private final String title;
    private final boolean counter;
    private final String help;

    Metric(String title, boolean counter, String help) {
      this.title = title;
      this.counter = counter;
      this.help = help;
    }

    /** {@return the name that users see} */
    String title() {
      return counter ? title + "_total" : title;
    }
  }

  /** One number. */
  private record Point(Labels labels, long value) {}

  private final Map<Metric, List<Point>> points = new EnumMap<>(Metric.class);

  private Metrics() {}

  /** {@return all metrics as they are now} */
  static MetricSnapshots of(Composer composer, Devices devices) {
    Metrics metrics = new Metrics();
    composer
        .faults()
        .forEach((reason, count) -> metrics.add(Metric.FAULTS, count, "reason", reason));
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
    String name = status.name();
    add(Metric.DEVICES, status.devices(), "function", name);
    add(Metric.STORE, status.entries(), "function", name);
    add(Metric.STORE_USED, status.entriesUsed(), "function", name);
    status
        .types()
        .forEach(
            type -> add(Metric.AVAILABLE, type.available(), "function", name, "type", type.name()));
    status
        .statuses()
        .forEach((code, count) -> add(Metric.STATUSES, count, "function", name, "status", code));
  }

  private void device(DeviceDefinition definition, DeviceStatus status) {
    String[] labels = {"function", definition.parent(), "adi", definition.label()};
    String store = status.ims().used() ? "ims" : "msix";
    long interrupts = status.interrupts().stream().mapToLong(Long::longValue).sum();
    add(Metric.INTERRUPTS, interrupts, with(labels, "store", store));
    add(Metric.DESCRIPTORS, status.completed(), labels);
    add(Metric.REJECTED, sum(status.queues(), QueueStatus::rejected), labels);
    add(Metric.RETRIED, sum(status.queues(), QueueStatus::retried), labels);
    add(Metric.WAITING, sum(status.queues(), QueueStatus::waiting), labels);
    add(Metric.ERRORS, status.errors(), labels);
    add(Metric.REVOCATIONS, status.revocations(), labels);
    add(Metric.ATTACHED, status.attached() ? 1 : 0, labels);
  }

  private static long sum(
      List<QueueStatus> queues, java.util.function.ToLongFunction<QueueStatus> what) {
    return queues.stream().mapToLong(what).sum();
  }

  private static String[] with(String[] labels, String name, String value) {
    String[] more = java.util.Arrays.copyOf(labels, labels.length + 2);
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
          MetricMetadata metadata = new MetricMetadata(metric.title, metric.help);
          all.metricSnapshot(
              metric.counter
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
