package dev.adit.vfiouser;

import static dev.adit.vfiouser.RawClient.irqs;
import static dev.adit.vfiouser.RawClient.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** DEVICE_SET_IRQS in all its forms. */
class InterruptsTest extends ServerTestCase {
  @Test
  void loopsATriggerBack() {
    try (VfioUserClient client = connect();
        Eventfd a = new Eventfd();
        Eventfd b = new Eventfd()) {
      client.assign(Irq.MSIX, 2, List.of(a, b));
      client.trigger(Irq.MSIX, 2, 2);
      assertThat(a.take()).isEqualTo(1);
      assertThat(b.take()).isEqualTo(1);
    }
    try (RawClient client = raw();
        Eventfd a = new Eventfd();
        Eventfd b = new Eventfd()) {
      client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 2), a.fd(), b.fd());
      var bools = payload(22).put(irqs(0x22, 2, 0, 2).array()).put((byte) 0).put((byte) 1);
      assertThat(client.call(Command.DEVICE_SET_IRQS, bools).errno()).isZero();
      assertThat(a.take()).isZero();
      assertThat(b.take()).isEqualTo(1);
    }
  }

  @Test
  void deassignsARangeThatDoesNotBeginAtZero() {
    try (VfioUserClient client = connect();
        Eventfd a = new Eventfd();
        Eventfd b = new Eventfd();
        Eventfd c = new Eventfd()) {
      client.assign(Irq.MSIX, 0, List.of(a, b, c));
      client.deassign(Irq.MSIX, 1, 2);
      client.trigger(Irq.MSIX, 0, 3);
      assertThat(a.take()).isEqualTo(1);
      assertThat(b.take() + c.take()).isZero();
      assertThat(device.bus.interrupts().pending(Irq.MSIX, 1)).isTrue();
      client.assign(Irq.MSIX, 1, List.of(b));
      assertThat(b.take()).isEqualTo(1);
      assertThat(device.changes).containsExactly("2.0+", "2.1+", "2.2+", "2.1-", "2.2-", "2.1+");
    }
  }

  @Test
  void disablesAnIndexAsAWhole() {
    try (VfioUserClient client = connect();
        Eventfd a = new Eventfd()) {
      client.assign(Irq.MSIX, 5, List.of(a));
      client.disable(Irq.MSIX);
      client.trigger(Irq.MSIX, 5, 1);
      assertThat(a.take()).isZero();
    }
  }

  @Test
  void aPinMasksItselfUntilItIsUnmasked() {
    try (VfioUserClient client = connect();
        Eventfd pin = new Eventfd()) {
      client.assign(Irq.INTX, 0, List.of(pin));
      device.bus.interrupts().signal(Irq.INTX, 0);
      device.bus.interrupts().signal(Irq.INTX, 0);
      assertThat(pin.take()).isEqualTo(1);
      client.unmask(Irq.INTX, 0, 1);
      assertThat(pin.take()).isEqualTo(1);
      client.unmask(Irq.INTX, 0, 1);
      client.mask(Irq.INTX, 0, 1);
      device.bus.interrupts().signal(Irq.INTX, 0);
      assertThat(pin.take()).isZero();
    }
  }

  @Test
  void anEventfdUnmasksWithoutAMessage() {
    try (RawClient client = raw();
        Eventfd pin = new Eventfd();
        Eventfd unmask = new Eventfd()) {
      client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 0, 0, 1), pin.fd());
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x14, 0, 0, 1), unmask.fd()).errno())
          .isZero();
      device.bus.interrupts().signal(Irq.INTX, 0);
      device.bus.interrupts().signal(Irq.INTX, 0);
      assertThat(pin.take()).isEqualTo(1);
      unmask.signal();
      assertThat(pin.await(10_000)).isEqualTo(1);
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x14, 0, 0, 1)).errno()).isZero();
    }
  }

  @Test
  void aFullEventfdBlocksNobody() {
    try (RawClient client = raw();
        BlockingCounter full = new BlockingCounter()) {
      full.fill();
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 1), full.fd).errno())
          .isZero();
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x21, 2, 0, 1)).errno()).isZero();
      for (int i = 0; i < 1000; i++) {
        device.bus.interrupts().signal(Irq.MSIX, 0);
      }
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x21, 2, 0, 1)).errno()).isZero();
    }
  }

  @Test
  void whatIsNoEventfdIsRefusedAndClosed() {
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(4096);
        Eventfd good = new Eventfd()) {
      long open = open();
      var reply = client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 2), good.fd(), memory.fd());
      assertThat(reply.errno()).isEqualTo(Libc.EINVAL);
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 3), good.fd()).errno())
          .isEqualTo(Libc.EINVAL);
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x21, 2, 0, 1), good.fd()).errno())
          .isEqualTo(Libc.EINVAL);
      eventually(() -> open() == open);
      assertThat(device.changes).isEmpty();
    }
  }

  @Test
  void noSignalIsLostWhileVectorsComeAndGo() {
    int rounds = 500;
    try (VfioUserClient client = connect();
        Eventfd counter = new Eventfd()) {
      // A signal may be merged with another that is still pending, but the last one must arrive.
      for (int i = 0; i < rounds; i++) {
        CompletableFuture<Void> engine =
            CompletableFuture.runAsync(() -> device.bus.interrupts().signal(Irq.MSIX, 7));
        client.assign(Irq.MSIX, 7, List.of(counter));
        client.deassign(Irq.MSIX, 7, 1);
        engine.join();
        client.assign(Irq.MSIX, 7, List.of(counter));
        assertThat(counter.take()).as("round %d", i).isEqualTo(1);
        client.deassign(Irq.MSIX, 7, 1);
      }
    }
  }

  @Test
  void manyThreadsMaySignalOneVector() {
    try (VfioUserClient client = connect();
        Eventfd counter = new Eventfd()) {
      client.assign(Irq.MSIX, 0, List.of(counter));
      IntStream.range(0, 4)
          .mapToObj(
              t ->
                  CompletableFuture.runAsync(
                      () ->
                          IntStream.range(0, 10_000)
                              .forEach(i -> device.bus.interrupts().signal(Irq.MSIX, 0))))
          .toList()
          .forEach(CompletableFuture::join);
      assertThat(counter.take()).isBetween(1L, 40_000L);
      assertThat(device.bus.interrupts().pending(Irq.MSIX, 0)).isFalse();
    }
  }

  @Test
  void resetForgetsWhatIsPendingAndADisconnectForgetsAll() {
    Interrupts interrupts = device.bus.interrupts();
    try (VfioUserClient client = connect();
        Eventfd a = new Eventfd()) {
      interrupts.signal(Irq.MSIX, 1);
      client.reset();
      assertThat(interrupts.pending(Irq.MSIX, 1)).isFalse();
      client.assign(Irq.MSIX, 0, List.of(a));
      interrupts.signal(Irq.MSIX, 1);
    }
    eventually(() -> events.contains(ServerEvents.Kind.DETACHED));
    assertThat(interrupts.pending(Irq.MSIX, 1)).isFalse();
    assertThat(device.changes).containsExactly("2.0+", "2.0-");
    interrupts.signal(Irq.MSIX, 99);
    interrupts.signal(9, 0);
    interrupts.signal(-1, -1);
  }
}
