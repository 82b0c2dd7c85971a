package dev.adit.host;

import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A host with one physical function, in a folder of its own. */
final class Rig implements AutoCloseable {
  final Path folder;
  final EventLoops loops = EventLoops.start(2, EventLoops.Idle.BLOCK);
  final Registry registry = new Registry(loops);

  Rig(FunctionPlan plan) {
    try {
      folder = Files.createTempDirectory("rig");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    registry.add(plan).orThrow();
  }

  /** Two engines, eight queues of which the last {@code shared} are shared. */
  static FunctionPlan plan(int shared) {
    return new FunctionPlan(
        "dsa0", DsaModel.even(DsaProfile.physical().withSizes(8, 128, 4, 2), shared));
  }

  DevicePlan device(String name, DsaType type) {
    return DevicePlan.of(name, type.toString(), folder.resolve(name));
  }

  VirtualDevice start(String name, DsaType type) {
    return registry.start(device(name, type)).orThrow();
  }

  @Override
  public void close() {
    registry.close();
    loops.close();
    try {
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits, with patience, until something holds. */
  static void eventually(java.util.function.BooleanSupplier holds) {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it does not happen in time");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(200_000);
    }
  }
}
