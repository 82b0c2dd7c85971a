package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.HypercallAbi;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import dev.adit.vfiouser.SharedMemory;
import dev.adit.vfiouser.VfioUserClient;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interrupt messages of a function reach the client as writes, in each of the ways. */
class GuestImsTest {
  private static final long RANGE = 0xFEE0_0000L;
  private static final long RANGE_BYTES = 1 << 20;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final long PATIENCE = 120_000_000_000L;

  /** A message that is sent last in each test: what was sent before it has arrived when it has. */
  private static final long FENCE = RANGE + 0xFF000;

  @TempDir Path folder;
  private final HostRemapper remapper = new HostRemapper();
  private final HostTenant host = remapper.join(StoreFunction.REQUESTER_ID, MessageStore.NO_PASID);
  private EventLoops loops;
  private SharedMemory range;

  @SuppressWarnings("NullAway.Init") // made by serve, which every test calls first
  private FunctionServer<PciFunction> server;

  @SuppressWarnings("NullAway.Init") // made by serve, which every test calls first
  private VfioUserClient client;

  @SuppressWarnings("NullAway.Init") // made by serve, which every test calls first
  private GuestMessages messages;

  @SuppressWarnings("NullAway.Init") // made by serve, which every test calls first
  private ParavirtualIms paravirtual;

  @BeforeEach
  void start() {
    loops = EventLoops.start(2, EventLoops.Idle.BLOCK);
    range = SharedMemory.allocate(RANGE_BYTES);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
    range.close();
  }

  private void serve(Function<GuestMessages, PciFunction> maker) {
    Path socket = folder.resolve("f.sock");
    server =
        FunctionServer.serve(
            loops,
            socket,
            ServerOptions.defaults(),
            (dma, guest) -> {
              messages = guest;
              return maker.apply(guest);
            });
    connect();
  }

  private void connect() {
    client = VfioUserClient.connect(loops, server.path(), Duration.ofMinutes(2));
    client.mapMessages(RANGE, range.segment(), true);
  }

  private void serveDirect() {
    serve(guest -> new StoreFunction(guest, false));
  }

  private void serveTrapped() {
    serve(
        guest ->
            new TrappedIms(
                new StoreFunction(host, false),
                StoreFunction.FORMAT,
                0,
                StoreFunction.STORE,
                StoreFunction.ENTRIES,
                host,
                guest));
  }

  private void serveMapped() {
    serve(
        guest -> {
          paravirtual =
              new ParavirtualIms(
                  new StoreFunction(host, true),
                  0,
                  StoreFunction.CALL,
                  host,
                  guest,
                  IsolationLevel.REQUESTER_ID);
          return paravirtual;
        });
  }

  private void store(int entry, long address, int data, int control) {
    long at = StoreFunction.STORE + entry * 16L;
    client.write(0, at, 8, address);
    client.write(0, at + 8, 4, Integer.toUnsignedLong(data));
    client.write(0, at + 12, 4, control);
  }

  private void fire(int entry) {
    client.write(0, StoreFunction.FIRE, 4, entry);
  }

  private int arrived(long address) {
    return (int) INT.varHandle().getVolatile(range.segment(), address - RANGE);
  }

  private void await(long address, int data) {
    long until = System.nanoTime() + PATIENCE;
    while (arrived(address) != data && System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
    assertThat(arrived(address)).isEqualTo(data);
  }

  /** Waits until everything that was sent before has arrived. */
  private void fence(int data) {
    messages.send(FENCE, data, 0, -1);
    await(FENCE, data);
  }

  @Test
  void theGuestsOwnMessageArrives() {
    serveDirect();
    store(5, RANGE + 0x3000, 0x41, 0);
    fire(5);
    await(RANGE + 0x3000, 0x41);
    // Counted when the guest has answered, which is after it can be seen in its memory.
    Rig.eventually(() -> messages.sent() > 0);
    assertThat(messages.sent()).isEqualTo(1);
  }

  @Test
  void manyDifferentMessagesAllArrive() {
    serveDirect();
    for (int i = 0; i < StoreFunction.ENTRIES; i++) {
      store(i, RANGE + 0x1000 + i * 16L, 0x1000 + i, 0);
    }
    for (int i = 0; i < StoreFunction.ENTRIES; i++) {
      fire(i);
    }
    for (int i = 0; i < StoreFunction.ENTRIES; i++) {
      await(RANGE + 0x1000 + i * 16L, 0x1000 + i);
    }
    assertThat(messages.lost()).isZero();
  }

  @Test
  void aMaskedEntryHoldsItsMessageUntilItIsUnmasked() {
    serveDirect();
    store(0, RANGE + 0x3000, 7, 1);
    fire(0);
    fence(1);
    assertThat(arrived(RANGE + 0x3000)).isZero();
    client.write(0, StoreFunction.STORE + 12, 4, 0);
    await(RANGE + 0x3000, 7);
  }

  @Test
  void whatIsOutsideTheInterruptRangeDoesNotLeave() {
    serveDirect();
    messages.send(0x1000, 1, 0, -1);
    fence(1);
    assertThat(messages.lost()).isEqualTo(1);
  }

  @Test
  void aTrappedStoreHoldsTheHostsPairAndDeliversTheGuests() {
    serveTrapped();
    store(3, RANGE + 0x5000, 0x55, 0);
    fire(3);
    await(RANGE + 0x5000, 0x55);
    assertThat(client.read(0, StoreFunction.STORE + 48, 8)).isEqualTo(RANGE + 0x5000);
    assertThat(client.read(0, StoreFunction.STORE + 56, 8)).isEqualTo(0x55);
    assertThat(host.delivered()).isEqualTo(1);
    assertThat(host.faults()).isEmpty();
  }

  @Test
  void aTrappedEntryMovesWithoutTouchingTheHostsPair() {
    serveTrapped();
    store(0, RANGE + 0x5000, 1, 0);
    store(0, RANGE + 0x6000, 2, 0);
    fire(0);
    await(RANGE + 0x6000, 2);
    assertThat(arrived(RANGE + 0x5000)).isZero();
  }

  @Test
  void aTrappedEntryShowsWhatWaitsInTheRealOne() {
    serveTrapped();
    store(0, RANGE + 0x5000, 1, 0);
    store(0, RANGE + 0x5000, 1, 1);
    fire(0);
    assertThat(client.read(0, StoreFunction.STORE + 12, 4)).isEqualTo(3);
    client.write(0, StoreFunction.STORE + 12, 4, 0);
    await(RANGE + 0x5000, 1);
    assertThat(client.read(0, StoreFunction.STORE + 12, 4)).isZero();
  }

  @Test
  void nothingOfBeforeAResetIsDeliveredAfterIt() {
    serveTrapped();
    store(0, RANGE + 0x5000, 1, 0);
    client.reset();
    fire(0);
    fence(9);
    assertThat(arrived(RANGE + 0x5000)).isZero();
    store(0, RANGE + 0x7000, 3, 0);
    fire(0);
    await(RANGE + 0x7000, 3);
  }

  @Test
  void theNextClientFindsNothingOfTheLast() {
    serveTrapped();
    store(0, RANGE + 0x5000, 1, 0);
    client.close();
    connect();
    fire(0);
    fence(2);
    assertThat(arrived(RANGE + 0x5000)).isZero();
    assertThat(client.read(0, StoreFunction.STORE, 8)).isEqualTo(RANGE);
  }

  private long[] call(long... registers) {
    for (int i = 0; i < registers.length; i++) {
      client.write(0, StoreFunction.CALL + i * 8L, 8, registers[i]);
    }
    client.write(0, StoreFunction.CALL + 0x30, 4, 1);
    long[] answer = new long[HypercallAbi.REGISTERS];
    for (int i = 0; i < answer.length; i++) {
      answer[i] = client.read(0, StoreFunction.CALL + i * 8L, 8);
    }
    return answer;
  }

  private long[] allocate(int cpu, int vector) {
    assertThat(call(HypercallAbi.NEGOTIATE, 1)).startsWith(HypercallAbi.OK, 1);
    long[] answer = call(HypercallAbi.ALLOCATE, 0x18, cpu, vector, -1, 0);
    assertThat(answer[0]).isEqualTo(HypercallAbi.OK);
    return answer;
  }

  @Test
  void aMessageFromTheCallLeadsToTheProcessorAndVectorItNamed() {
    serveMapped();
    long[] answer = allocate(3, 0x61);
    store(0, answer[2], (int) answer[3], 0);
    fire(0);
    await(RANGE + 0x3000, 0x61);
  }

  @Test
  void aMovedInterruptKeepsItsMessage() {
    serveMapped();
    long[] answer = allocate(3, 0x61);
    store(0, answer[2], (int) answer[3], 0);
    assertThat(call(HypercallAbi.RETARGET, answer[1], 2, 0x62)[3]).isZero();
    fire(0);
    await(RANGE + 0x2000, 0x62);
    assertThat(arrived(RANGE + 0x3000)).isZero();
  }

  @Test
  void aMappedEntryThatWaitsIsSentWhenTheDoorbellRings() {
    serveMapped();
    long[] answer = allocate(1, 0x30);
    store(4, answer[2], (int) answer[3], 1);
    fire(4);
    assertThat(client.read(0, StoreFunction.STORE + 4096 + 4, 1)).isEqualTo(1);
    client.write(0, StoreFunction.STORE + 4 * 16 + 12, 4, 0);
    client.write(0, StoreFunction.DOORBELL, 4, 4);
    await(RANGE + 0x1000, 0x30);
    assertThat(client.read(0, StoreFunction.STORE + 4096 + 4, 1)).isZero();
  }

  @Test
  void forgedPairsAreStoppedByTheRemapper() {
    HostTenant victim = remapper.join(0x6A10, MessageStore.NO_PASID);
    var held = victim.allocate(Cookie.HOST, 0, victim.target(200, 0x70));
    serveMapped();
    allocate(1, 0x30);
    store(0, RANGE + 0x1000, 0x80, 0);
    fire(0);
    store(0, held.message().address(), held.message().data(), 0);
    fire(0);
    store(0, RANGE | 0x10 | 0xFFFE0, 0, 0);
    fire(0);
    fence(4);
    assertThat(arrived(RANGE + 0x1000)).isZero();
    assertThat(arrived(RANGE + (200L << 12))).isZero();
    assertThat(host.faults())
        .containsEntry(FaultReason.COMPATIBILITY_BLOCKED, 1L)
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(host.delivered()).isZero();
    assertThat(victim.received()).isZero();
  }

  @Test
  void aReleasedMessageDeliversNothing() {
    serveMapped();
    long[] answer = allocate(1, 0x30);
    store(0, answer[2], (int) answer[3], 0);
    assertThat(call(HypercallAbi.RELEASE, answer[1])[0]).isEqualTo(HypercallAbi.OK);
    fire(0);
    fence(5);
    assertThat(arrived(RANGE + 0x1000)).isZero();
    assertThat(paravirtual.held()).isZero();
  }

  @Test
  void aResetTakesAllMessagesBack() {
    serveMapped();
    long[] answer = allocate(1, 0x30);
    client.reset();
    assertThat(paravirtual.held()).isZero();
    store(0, answer[2], (int) answer[3], 0);
    fire(0);
    fence(6);
    assertThat(arrived(RANGE + 0x1000)).isZero();
  }
}
