package dev.adit.devices.dsa;

import dev.adit.devices.Dropped;
import dev.adit.devices.Figure;
import dev.adit.devices.Figure.One;
import dev.adit.devices.Happening;
import dev.adit.devices.Quantity;
import dev.adit.devices.dsa.spec.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The numbers that DSAs and virtual DSAs report, declared and made. */
public final class DsaFigures {
  private static final Quantity ENGINES =
      Quantity.gauge("engines", "engines", "Engines that serve the work queues.").listed("ENGINES");
  private static final Quantity COMPLETED =
      Quantity.counter("completed", "descriptors", "Descriptors carried out.")
          .measured("descriptors_completed")
          .rated("DESC/S")
          .listed("COMPLETED");
  private static final Quantity MESSAGES =
      Quantity.counter("interrupts", "interrupts", "Interrupts sent, by message store.")
          .rated("INT/S");
  private static final Quantity STATUSES =
      Quantity.counter("statuses", "descriptors", "Descriptors done, by status code.")
          .measured("descriptors_by_status");
  private static final Quantity FAILED =
      Quantity.counter("failed", "descriptors", "Descriptors that ended with an error.")
          .listed("FAILED");
  private static final Quantity ENGINE_TIME =
      Quantity.counter("engineNanos", "nanoseconds", "How long engines have worked for it.")
          .called("engine time");
  private static final Quantity ERRORS =
      Quantity.counter("errors", "errors", "Errors reported beside completion records.")
          .measured("device_errors")
          .listed("ERRORS");
  private static final Quantity REVOCATIONS =
      Quantity.counter("revocations", "revocations", "How often interrupt handles were taken back.")
          .measured("handle_revocations");
  private static final Quantity WAITING =
      Quantity.gauge("waiting", "descriptors", "Descriptors that wait in work queues.")
          .measured("queue_descriptors")
          .listed("WAITING");
  private static final Quantity SIZE =
      Quantity.gauge("size", "descriptors", "Entries of the work queue.").listed("SIZE");
  private static final Quantity ACCEPTED =
      Quantity.counter("accepted", "descriptors", "Descriptors taken at portals.").rated("DESC/S");
  private static final Quantity REJECTED =
      Quantity.counter("rejected", "descriptors", "Posted descriptors dropped at a portal.")
          .measured("descriptors_rejected")
          .listed("REJECTED");
  private static final Quantity RETRIED =
      Quantity.counter("retried", "descriptors", "Deferrable descriptors answered with Retry.")
          .measured("descriptors_retried")
          .listed("RETRIED");

  /** The work queues. */
  public static final Figure.Parts QUEUES = new Figure.Parts("queues", "QUEUE", "wq");

  private static final String DROP = "a completion interrupt was not sent: ";
  private static final String ERROR =
      "an error beside completion records was reported to the guest";

  /** All quantities. */
  public static final List<Quantity> QUANTITIES =
      List.of(
          ENGINES,
          COMPLETED,
          MESSAGES,
          STATUSES,
          FAILED,
          ENGINE_TIME,
          ERRORS,
          REVOCATIONS,
          SIZE,
          WAITING,
          ACCEPTED,
          REJECTED,
          RETRIED);

  private DsaFigures() {}

  /**
   * {@return what a physical function reports}
   *
   * @param queues those to be told of
   * @param engines that serve its queues
   * @param kinds what each queue is
   */
  public static List<Figure> of(
      DsaStatistics statistics,
      List<DsaStatistics.Queue> queues,
      int engines,
      IntFunction<QueueKind> kinds) {
    Map<String, Long> statuses = new TreeMap<>();
    long failed = 0;
    for (Map.Entry<Integer, Long> each : statistics.statuses().entrySet()) {
      statuses.put("0x%02x".formatted(each.getKey()), each.getValue());
      failed += isSuccess(each.getKey()) ? 0 : each.getValue();
    }
    long msix = statistics.interrupts().stream().mapToLong(Long::longValue).sum();
    Map<String, Long> messages = new LinkedHashMap<>();
    messages.put("ims", statistics.imsInterrupts());
    messages.put("msix", msix);
    return List.of(
        new One(ENGINES, engines),
        new One(COMPLETED, statistics.completed()),
        new Figure.Keyed(MESSAGES, "store", messages),
        new Figure.Keyed(STATUSES, "status", statuses),
        new One(FAILED, failed),
        queues(queues, kinds));
  }

  private static boolean isSuccess(int status) {
    return status == Status.SUCCESS || status == Status.SUCCESS_FALSE;
  }

  /** {@return what a virtual function reports} */
  static List<Figure> of(DsaProfile profile, VirtualStatistics statistics, Lender lender) {
    String mode = profile.has(DsaProfile.Option.SHARED) ? "shared" : "dedicated";
    QueueKind kind = new QueueKind(mode, profile.entries() / profile.wqs());
    return List.of(
        new One(COMPLETED, lender.descriptors()),
        new Figure.Series(Quantity.INTERRUPTS, statistics.interrupts()),
        new One(ERRORS, statistics.errors()),
        new One(REVOCATIONS, statistics.revocations()),
        new One(ENGINE_TIME, lender.engineNanos()),
        queues(statistics.queues(), _ -> kind));
  }

  /**
   * What a work queue is.
   *
   * @param mode {@code dedicated} or {@code shared}
   * @param size its entries
   */
  public record QueueKind(String mode, int size) {}

  private static Figure.Table queues(
      List<DsaStatistics.Queue> queues, IntFunction<QueueKind> kinds) {
    List<Figure.Row> rows = new ArrayList<>();
    for (DsaStatistics.Queue queue : queues) {
      QueueKind kind = kinds.apply(queue.index());
      rows.add(
          new Figure.Row(
              queue.index(),
              Map.of("mode", kind.mode()),
              List.of(
                  new One(SIZE, kind.size()),
                  new One(WAITING, queue.occupancy()),
                  new One(ACCEPTED, queue.accepted()),
                  new One(REJECTED, queue.rejected()),
                  new One(RETRIED, queue.retried()))));
    }
    return new Figure.Table(QUEUES, rows);
  }

  /** {@return what the owner of a virtual function should be told} */
  static List<Happening> happenings(long errors, Map<Dropped, Long> dropped) {
    List<Happening> all = new ArrayList<>();
    dropped.forEach(
        (why, count) ->
            all.add(new Happening(Happening.Kind.INTERRUPT_DROPPED, DROP + why.text(), count)));
    all.add(new Happening(Happening.Kind.ERROR, ERROR, errors));
    return all;
  }
}
