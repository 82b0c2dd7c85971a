package dev.adit.cli.boot;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.machine.DmaBuffer;
import dev.adit.machine.DsaDriver;
import dev.adit.machine.DsaExercise;
import dev.adit.machine.DsaQueue;
import dev.adit.machine.SocketPciDevice;
import dev.adit.vfiouser.VfioUserException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest in a process of its own, to be killed or to be the neighbour of one that is: drives every
 * operation in a circle, checks every result, and keeps engines busy with long moves on a second
 * queue if the device has one. Says {@code round} after each circle, {@code lost} when the server
 * is gone, and {@code failed}, with what went wrong. Ends when its input does.
 */
public final class WorkingGuest {
  private static final long MEMORY = 24 << 20;
  private static final int LONG_MOVE = 8 << 20;
  private static final int ENTRIES = 8;
  private static final int PORTALS = 2;
  private static final int LIMITED_OF_SECOND = (4 + 1) * 4096;
  private static final long LOOK = 20_000_000;

  /** ECONNRESET. */
  private static final int HUNG_UP = 104;

  /** ENOENT, EPIPE, ECONNRESET, ENOTCONN, ECONNREFUSED. */
  private static final Set<Integer> GONE = Set.of(2, 32, 104, 107, 111);

  private static final PrintStream OUT =
      new PrintStream(System.out, true, StandardCharsets.US_ASCII);

  /** What it says when the server is gone. */
  static final String LOST = "lost: ";

  private WorkingGuest() {}

  /** Arguments: socket, seed. */
  public static void main(String[] args) {
    daemon(WorkingGuest::endWithInput);
    try {
      SocketPciDevice pci = connect(Path.of(args[0]));
      DsaDriver driver = DsaDriver.probe(pci);
      int[] sizes = new int[driver.queueCount()];
      Arrays.fill(sizes, ENTRIES);
      List<DsaQueue> queues = driver.enable(sizes);
      daemon(() -> endWithServer(pci));
      if (queues.size() > 1) {
        daemon(() -> moveForEver(pci));
      }
      work(
          new DsaExercise(pci, queues.getFirst(), driver.operations(), Long.parseLong(args[1])),
          driver);
    } catch (RuntimeException e) {
      end((isLoss(e) ? LOST : "failed: ") + e);
    }
  }

  /**
   * A server hangs up on a client that does not introduce itself for some seconds, which a virtual
   * machine that has just started can need on a busy machine.
   */
  private static SocketPciDevice connect(Path socket) {
    while (true) {
      try {
        return SocketPciDevice.connect(socket, MEMORY);
      } catch (VfioUserException e) {
        if (e.errno() != HUNG_UP) {
          throw e;
        }
      }
    }
  }

  private static void daemon(Runnable task) {
    Thread.ofPlatform().daemon().start(task);
  }

  private static void work(DsaExercise exercise, DsaDriver driver) {
    while (true) {
      exercise.run(
          1,
          outcome -> {
            if (!outcome.failures().isEmpty()) {
              end("failed: " + outcome);
            }
          });
      OUT.println("round " + driver.queueCount());
    }
  }

  private static boolean isLoss(RuntimeException e) {
    return e instanceof VfioUserException gone && GONE.contains(gone.errno());
  }

  private static void end(String word) {
    OUT.println(word);
    Runtime.getRuntime().halt(word.startsWith(LOST) ? 0 : 1);
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Nobody talks to it.
      }
    } catch (IOException e) {
      // The same as the end.
    }
    Runtime.getRuntime().halt(0);
  }

  /** A guest that waits for an interrupt does not notice that nobody is there to send it. */
  private static void endWithServer(SocketPciDevice pci) {
    while (true) {
      try {
        int _ = pci.readConfig(0, 4);
      } catch (RuntimeException e) {
        end((isLoss(e) ? LOST : "failed: ") + e);
      }
      LockSupport.parkNanos(LOOK);
    }
  }

  /** Long moves, as many as the queue takes: there is always one under way. */
  private static void moveForEver(SocketPciDevice pci) {
    DmaBuffer records = pci.allocate((long) ENTRIES * CompletionRecord.BYTES);
    DmaBuffer buffer = pci.allocate(2L * LONG_MOVE);
    MemorySegment descriptor = MemorySegment.ofArray(new long[8]);
    long flags = Flags.RECORD_ADDRESS_VALID | Flags.REQUEST_RECORD;
    set(descriptor, 0, (long) Opcode.MEMORY_MOVE.code() << 56 | flags << 32);
    set(descriptor, Descriptor.SOURCE, buffer.address());
    set(descriptor, Descriptor.DESTINATION, buffer.address() + LONG_MOVE);
    set(descriptor, Descriptor.SIZE, LONG_MOVE);
    try {
      for (int i = 0; ; i++) {
        long at = (long) (i % ENTRIES) * CompletionRecord.BYTES;
        MemorySegment record = records.memory().asSlice(at, CompletionRecord.BYTES);
        while (i >= ENTRIES && DsaQueue.status(record) == 0) {
          LockSupport.parkNanos(LOOK / 100);
        }
        record.fill((byte) 0);
        set(descriptor, Descriptor.RECORD_ADDRESS, records.address() + at);
        pci.store64(PORTALS, LIMITED_OF_SECOND + i % 64 * 64L, descriptor, 0);
      }
    } catch (RuntimeException e) {
      end((isLoss(e) ? LOST : "failed: ") + e);
    }
  }

  private static void set(MemorySegment descriptor, int offset, long value) {
    descriptor.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }
}
