package dev.adit.cli.boot;

import dev.adit.host.VmArguments;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How guests are booted and followed: what all guests of a run have in common.
 *
 * @param files where QEMU and the guest's tools are
 * @param content what is put into the initial file system, by path
 * @param boots how often each boots
 * @param seconds how long each may take
 */
public record GuestBoot(
    GuestFiles files,
    GuestFiles.Kernel kernel,
    Map<String, byte[]> content,
    int boots,
    int seconds) {

  /** {@return the same with other files put into the initial file system} */
  GuestBoot with(Map<String, byte[]> other) {
    Map<String, byte[]> all = new LinkedHashMap<>(content);
    all.putAll(other);
    return new GuestBoot(files, kernel, all, boots, seconds);
  }

  /** Boots a guest and follows it to its end. */
  public GuestRun run(GuestMachine guest, VmArguments machine, GuestRun.Watcher watcher)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    guest.start(files, kernel, machine.qemu(), machine.kernelParameters(), content, boots > 1);
    GuestRun run = GuestRun.follow(guest, boots, deadline, watcher);
    if (run.failure().isPresent()) {
      watcher.progress(run.failure().get() + "; its console ended with");
      guest.consoleTail().forEach(watcher::progress);
    }
    return run;
  }
}
