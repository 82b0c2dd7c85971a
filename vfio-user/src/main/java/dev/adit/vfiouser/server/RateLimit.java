package dev.adit.vfiouser.server;

import dev.adit.vfiouser.ServerEvents;
import dev.adit.vfiouser.ServerEvents.Kind;

/** Lets so many events through in a second and counts the others. Used by one thread. */
public final class RateLimit {
  private static final int BURST = 20;
  private static final long SECOND = 1_000_000_000L;

  private final ServerEvents events;
  private long windowStart = System.nanoTime();
  private int inWindow;
  private long suppressed;

  RateLimit(ServerEvents events) {
    this.events = events;
  }

  void event(Kind kind, int detail) {
    if (inWindow >= BURST && System.nanoTime() - windowStart >= SECOND) {
      inWindow = 0;
    }
    if (inWindow == 0) {
      windowStart = System.nanoTime();
    }
    if (inWindow++ >= BURST) {
      inWindow = BURST;
      suppressed++;
      return;
    }
    long left = suppressed;
    suppressed = 0;
    events.event(kind, detail, left);
  }
}
