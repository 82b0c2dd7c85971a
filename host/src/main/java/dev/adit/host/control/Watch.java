package dev.adit.host.control;

import dev.adit.devices.Happening;
import dev.adit.host.Blocked;
import dev.adit.host.Registry;
import dev.adit.host.VirtualDevice;
import dev.adit.host.control.Event.Kind;
import dev.adit.interrupts.remap.Outcome;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Brings what functions and devices count into the log of events: each interrupt that was dropped
 * or stopped, whose it was, and why. Counting is all that happens on the data path; the log is
 * written here, once a second.
 */
final class Watch implements AutoCloseable {
  private static final long PERIOD = 1000;

  /** What is counted of messages that were stopped; the owner is empty where none is known. */
  private record Stopped(String owner, int requesterId, String reason) {}

  /** What has been told, and how often. */
  private record Told(String subject, Kind kind, String text) {}

  private final Registry registry;
  private final EventLog events;
  private final Map<Stopped, LongAdder> stopped = new ConcurrentHashMap<>();
  private final Map<Told, Long> told = new HashMap<>();
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

  /** On the sender's thread. The owner is looked up now, as its PASID may be another's later. */
  void blocked(Blocked message) {
    String owner = registry.owner(message.owner()).orElse("");
    Stopped what = new Stopped(owner, message.requesterId(), reason(message.outcome()));
    stopped.computeIfAbsent(what, _ -> new LongAdder()).increment();
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
    stopped.forEach((what, count) -> faults.merge(what.reason(), count.sum(), Long::sum));
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
    stopped.forEach((what, count) -> tell(what, count.sum()));
    registry.devices().forEach(this::tell);
  }

  private void tell(Stopped what, long count) {
    String function = registry.function(what.requesterId()).orElse("an unknown function");
    String subject = what.owner().isEmpty() ? function : what.owner();
    String text =
        "an interrupt message of %s was stopped by the remapping unit: %s"
            .formatted(function, what.reason());
    tell(new Told(subject, Kind.INTERRUPT_FAULTED, text), count);
  }

  private void tell(VirtualDevice device) {
    for (Happening each : device.happenings()) {
      Kind kind =
          switch (each.kind()) {
            case INTERRUPT_DROPPED -> Kind.INTERRUPT_DROPPED;
            case ERROR -> Kind.ERROR;
          };
      tell(new Told(device.name(), kind, each.text()), each.count());
    }
  }

  private void tell(Told what, long count) {
    if (count > 0) {
      Long before = told.put(what, count);
      long fresh = before == null ? count : count - before;
      if (fresh > 0) {
        events.add(what.subject(), what.kind(), what.text(), fresh);
      }
    }
  }

  /** Tells what is new of a device that is stopped; one of the same name will count from 0. */
  synchronized void ended(VirtualDevice device) {
    tell(device);
    told.keySet()
        .removeIf(
            what -> what.subject().equals(device.name()) && what.kind() != Kind.INTERRUPT_FAULTED);
  }

  @Override
  public void close() {
    thread.interrupt();
    look();
  }
}
