package dev.adit.host.control;

import dev.adit.host.Registry;
import dev.adit.host.VirtualDevice;
import dev.adit.host.control.Event.Kind;
import dev.adit.interrupts.Outcome;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Brings what functions count into the log of events: interrupts that were dropped or stopped, and
 * why. Counting is all that happens on the data path; the log is written here, once a second.
 */
final class Watch implements AutoCloseable {
  private static final long PERIOD = 1000;
  private static final int INVALID_HANDLE = 0x19;

  private final Registry registry;
  private final EventLog events;
  private final Map<String, LongAdder> blocked = new ConcurrentHashMap<>();
  private final Map<String, Long> told = new HashMap<>();
  private final Thread thread;

  Watch(Registry registry, EventLog events) {
    this.registry = registry;
    this.events = events;
    thread = Thread.ofVirtual().name("watch").unstarted(this::run);
    registry.onBlocked(this::blocked);
  }

  void start() {
    thread.start();
  }

  private void blocked(Outcome outcome) {
    blocked.computeIfAbsent(reason(outcome), _ -> new LongAdder()).increment();
  }

  private static String reason(Outcome outcome) {
    return outcome
        .reason()
        .map(Enum::name)
        .orElse(outcome.kind().name())
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }

  /** {@return interrupt messages that were stopped, by reason} */
  Map<String, Long> faults() {
    Map<String, Long> faults = new TreeMap<>();
    blocked.forEach((reason, count) -> faults.put(reason, count.sum()));
    return faults;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells what is new since the last look. */
  synchronized void look() {
    faults()
        .forEach(
            (reason, count) ->
                tell(
                    "remapping",
                    Kind.INTERRUPT_FAULTED,
                    "an interrupt message was stopped: " + reason,
                    count));
    for (String function : registry.functions()) {
      registry
          .statistics(function)
          .ifPresent(
              statistics ->
                  tell(
                      function,
                      Kind.INTERRUPT_DROPPED,
                      "no interrupt: the descriptor's handle is not its owner's (status 0x19)",
                      statistics.statuses().getOrDefault(INVALID_HANDLE, 0L)));
    }
    for (VirtualDevice device : registry.devices()) {
      tell(
          device.name(),
          Kind.ERROR,
          "an error beside completion records was reported to the guest",
          device.statistics().errors());
    }
  }

  private void tell(String subject, Kind kind, String text, long count) {
    Long before = told.put(subject + '/' + text, count);
    // A device that was stopped and started again counts from 0.
    long fresh = before == null || before > count ? count : count - before;
    if (fresh > 0) {
      events.add(subject, kind, text, fresh);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    look();
  }
}
