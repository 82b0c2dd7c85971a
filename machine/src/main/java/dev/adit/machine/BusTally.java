package dev.adit.machine;

import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.spec.FaultReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what became of the messages on a bus, by the remapper's own word. */
public final class BusTally {
  private final Map<Outcome.Kind, LongAdder> kinds = new EnumMap<>(Outcome.Kind.class);
  private final Map<FaultReason, LongAdder> reasons = new EnumMap<>(FaultReason.class);
  private final LongAdder arrived = new LongAdder();
  private volatile long last;

  BusTally() {
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      kinds.put(kind, new LongAdder());
    }
    for (FaultReason reason : FaultReason.values()) {
      reasons.put(reason, new LongAdder());
    }
  }

  void count(long bits) {
    Outcome outcome = new Outcome(bits);
    last = bits;
    add(kinds.get(outcome.kind()));
    outcome.reason().ifPresent(reason -> add(reasons.get(reason)));
    if (outcome.arrived()) {
      arrived.increment();
    }
  }

  private static void add(@Nullable LongAdder counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  /** {@return what became of the last one} */
  public Outcome last() {
    return new Outcome(last);
  }

  /** {@return how many arrived somewhere} */
  public long arrived() {
    return arrived.sum();
  }

  /** {@return how many were seen} */
  public long seen() {
    return kinds.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** {@return what did not arrive, by reason} */
  public Map<String, Long> stopped() {
    Map<String, Long> map = new TreeMap<>();
    reasons.forEach(
        (reason, count) -> {
          if (count.sum() != 0) {
            map.put("fault %Xh %s".formatted(reason.code(), reason.name()), count.sum());
          }
        });
    kinds.forEach(
        (kind, count) -> {
          boolean silent = kind == Outcome.Kind.UNSUPPORTED || kind == Outcome.Kind.NOT_INTERRUPT;
          if (silent && count.sum() != 0) {
            map.put(kind == Outcome.Kind.UNSUPPORTED ? "unsupported request" : "DMA", count.sum());
          }
        });
    return map;
  }
}
