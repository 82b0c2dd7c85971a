package dev.adit.cli.boot;

import dev.adit.cli.serve.ServedDsa;
import dev.adit.host.VmArguments;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Kills the QEMU of a guest that works with its message store, at a moment of chance. */
final class ImsKill implements GuestRun.Watcher {
  /** Milestones of a guest after which it can be killed: from the booted kernel to the reset. */
  private static final int FIRST = 2;

  private static final int LAST = 7;
  private static final int LATEST = 2_000;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

  private final GuestMachine guest;
  private final Consumer<String> say;
  private final int milestone;
  private final int millis;
  private int passed;
  private volatile String when = "at its end";

  ImsKill(GuestMachine guest, Random random, Consumer<String> say) {
    this.guest = guest;
    this.say = say;
    milestone = random.nextInt(FIRST, LAST + 1);
    millis = random.nextInt(LATEST);
  }

  /** Boots the guest and kills it, and waits until the host has taken back what it held. */
  void run(GuestBoot boot, VmArguments machine, ServedDsa served, ImsReport report)
      throws IOException, InterruptedException {
    GuestRun _ = boot.run(guest, machine, this);
    guest.kill();
    long deadline = System.nanoTime() + PATIENCE;
    while (served.held() != 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    report.crashed(when, served.held());
  }

  @Override
  public void progress(String text) {
    if (++passed == milestone) {
      when = "%d ms after '%s'".formatted(millis, text);
      say.accept("killing QEMU " + when);
      Thread.ofVirtual().start(this::kill);
    }
  }

  private void kill() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    guest.kill();
  }
}
