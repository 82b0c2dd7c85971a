package dev.adit.host.control;

import dev.adit.host.control.Event.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What happened last, for each subject by itself: a guest that causes many events pushes out its
 * own and nobody else's. Every event counts; what happens again and again is one entry with a
 * count.
 */
public final class EventLog {
  private static final int FOR_EACH = 256;
  private static final int SUBJECTS = 8192;
  private static final int ALIKE = 16;
  private static final Duration TOGETHER = Duration.ofSeconds(1);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final SequencedMap<String, Deque<Event>> bySubject = new LinkedHashMap<>();
  private long last;

  /** Makes an empty log. */
  public EventLog(Clock clock) {
    this.clock = clock;
  }

  /** Adds an event. */
  public void add(String subject, Kind kind, String text) {
    add(subject, kind, text, 1);
  }

  /** Adds what happened several times. */
  public void add(String subject, Kind kind, String text, long count) {
    Instant now = clock.instant();
    lock.lock();
    try {
      Deque<Event> events = events(subject);
      Event first = new Event(0, now, subject, kind, text, 0);
      Event same = takeRepeated(events, first).orElse(first);
      events.addLast(new Event(++last, same.time(), subject, kind, text, same.count() + count));
      if (events.size() > FOR_EACH) {
        events.removeFirst();
      }
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Deque<Event> events(String subject) {
    Deque<Event> events = bySubject.get(subject);
    if (events == null) {
      if (bySubject.size() >= SUBJECTS) {
        bySubject.pollFirstEntry();
      }
      events = new ArrayDeque<>();
      bySubject.put(subject, events);
    }
    return events;
  }

  /** Takes out the youngest entry that an event only repeats. */
  private static Optional<Event> takeRepeated(Deque<Event> events, Event event) {
    Iterator<Event> youngest = events.descendingIterator();
    for (int i = 0; i < ALIKE && youngest.hasNext(); i++) {
      Event old = youngest.next();
      if (old.kind() == event.kind()
          && old.text().equals(event.text())
          && event.time().isBefore(old.time().plus(TOGETHER))) {
        youngest.remove();
        return Optional.of(old);
      }
    }
    return Optional.empty();
  }

  /** {@return the number of the last event, 0 before the first} */
  public long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return the events after a number, oldest first}
   *
   * @param subject a device's label or a function's name, or nothing for all
   */
  public List<Event> since(long sequence, Optional<String> subject) {
    lock.lock();
    try {
      List<Event> found = new ArrayList<>();
      bySubject.forEach(
          (name, events) -> {
            if (subject.isEmpty() || subject.get().equals(name)) {
              events.stream().filter(event -> event.sequence() > sequence).forEach(found::add);
            }
          });
      found.sort(Comparator.comparingLong(Event::sequence));
      return found;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for an event after a number.
   *
   * @return whether there is one
   */
  public boolean await(long sequence, Duration patience) throws InterruptedException {
    long rest = patience.toNanos();
    lock.lock();
    try {
      while (last <= sequence && rest > 0) {
        rest = more.awaitNanos(rest);
      }
      return last > sequence;
    } finally {
      lock.unlock();
    }
  }
}
