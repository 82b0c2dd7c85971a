package dev.adit.cli.boot;

import java.util.List;

/** While it is open, a program that is told to end stops its guests first. */
public final class StopHook implements AutoCloseable {
  private final Thread thread;
  private volatile boolean fired;

  public StopHook(List<GuestMachine> guests) {
    thread = new Thread(() -> stop(guests), "stop-guests");
    Runtime.getRuntime().addShutdownHook(thread);
  }

  private void stop(List<GuestMachine> guests) {
    fired = true;
    guests.forEach(GuestMachine::stop);
  }

  /** {@return whether the program is ending} */
  boolean fired() {
    return fired;
  }

  @Override
  public void close() {
    if (!fired) {
      Runtime.getRuntime().removeShutdownHook(thread);
    }
  }
}
