package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.remap.AmdConfig;
import dev.adit.interrupts.remap.AmdUnit;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.AmdDeviceEntry;
import dev.adit.interrupts.spec.AmdEvent;
import dev.adit.interrupts.spec.AmdIrte;
import dev.adit.interrupts.spec.AmdMessage;
import dev.adit.interrupts.spec.AmdRegister;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables that are rewritten while a unit reads them: before each read of an entry something else
 * may happen. What comes out is the old entry or the new one, or the fault the specification names.
 */
class TableChangedUnderUseTest {
  private static final long ENTRY = 0x1000;
  private static final int MINE = 0x0008;
  private static final int OTHER = 0x0010;

  /** Memory in which something happens before each read of the entry, by its number. */
  private static final class Restless implements GuestMemory {
    private final GuestMemory memory = GuestMemory.of(0, MemorySegment.ofArray(new long[2048]));
    private int reads;
    private IntConsumer before = read -> {};

    @Override
    public boolean holds(long address, long length) {
      return memory.holds(address, length);
    }

    @Override
    public long getLong(long address) {
      if (address == ENTRY || address == ENTRY + 8) {
        before.accept(reads++);
      }
      return memory.getLong(address);
    }

    @Override
    public void setLong(long address, long value) {
      memory.setLong(address, value);
    }

    @Override
    public void setInt(long address, int value) {
      memory.setInt(address, value);
    }

    @Override
    public boolean compareAndSet(long address, long expected, long value) {
      return memory.compareAndSet(address, expected, value);
    }

    @Override
    public long getAndOr(long address, long bits) {
      return memory.getAndOr(address, bits);
    }

    void entry(long lo, long hi) {
      setLong(ENTRY + 8, hi);
      setLong(ENTRY, lo);
    }
  }

  private final Restless memory = new Restless();
  private final RecordingBus bus = new RecordingBus();

  private VtdUnit vtd() {
    VtdUnit unit = new VtdUnit(VtdConfig.hardware(), memory, bus);
    unit.write(VtdRegister.IRTA.offset(), 8, ENTRY | VtdFields.EIME.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
    return unit;
  }

  private static Outcome send(VtdUnit unit, int requesterId) {
    RemappableMessage message = RemappableMessage.of(0);
    return new Outcome(unit.remap(message.address(), message.data(), requesterId, -1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void anEntryThatPassesToAnotherFunctionIsTheOldOneOrTheNewOne(int when) {
    Irte mine = Irte.remapped(1, 0x41, 0).from(MINE, 0);
    Irte others = Irte.remapped(2, 0x42, 0).from(OTHER, 0);
    for (int sender : new int[] {MINE, OTHER}) {
      VtdUnit unit = vtd();
      memory.entry(mine.lo(), mine.hi());
      memory.reads = 0;
      memory.before =
          read -> {
            if (read == when) {
              memory.entry(others.lo(), others.hi());
            }
          };
      Outcome outcome = send(unit, sender);
      if (outcome.arrived()) {
        assertThat(outcome.vector()).isEqualTo(sender == MINE ? 0x41 : 0x42);
      } else {
        assertThat(outcome.reason()).contains(FaultReason.SOURCE);
      }
      assertThat(bus.take()).hasSize(outcome.arrived() ? 1 : 0);
    }
  }

  @Test
  void anEntryThatNeverRestsCannotBeReadAndIs23h() {
    VtdUnit unit = vtd();
    memory.before = read -> memory.entry(Irte.remapped(1, read & 0xFF, 0).lo(), 0);
    assertThat(send(unit, MINE).reason()).contains(FaultReason.TABLE_ACCESS);
    assertThat(bus.take()).isEmpty();
    FaultRecord fault =
        new FaultRecord(
            unit.read(VtdRegister.FRCD_OFFSET, 8), unit.read(VtdRegister.FRCD_OFFSET + 8, 8));
    assertThat(fault.reason()).isEqualTo(FaultReason.TABLE_ACCESS.code());
    assertThat(fault.source()).isEqualTo(MINE);
    assertThat(unit.read(VtdRegister.FRCD_OFFSET + FaultRecord.BYTES + 8, 8)).isZero();
  }

  private static final long EVENTS = 0x2000;

  private AmdUnit amd() {
    AmdUnit unit = new AmdUnit(new AmdConfig(true, true), memory, bus);
    memory.setLong(MINE * 32L + 16, AmdDeviceEntry.remap(ENTRY, 0).word());
    unit.write(AmdRegister.EVENT_BASE.offset(), 8, EVENTS | 8L << 56);
    unit.write(AmdRegister.CONTROL.offset(), 8, 1 | 1 << 2 | 1 << 17 | 1L << 50);
    return unit;
  }

  private static Outcome send(AmdUnit unit) {
    AmdMessage message = AmdMessage.of(0);
    return new Outcome(unit.remap(message.address(), message.data(), MINE, -1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void anAmdEntryThatChangesIsTheOldOneOrTheNewOne(int when) {
    AmdIrte first = AmdIrte.remapped(0x0100_0001, 0x41, false, false);
    AmdIrte next = AmdIrte.remapped(0x0200_0002, 0x42, false, false);
    AmdUnit unit = amd();
    memory.entry(first.lo(), first.hi());
    memory.reads = 0;
    memory.before =
        read -> {
          if (read == when) {
            memory.entry(next.lo(), next.hi());
          }
        };
    assertThat(send(unit).arrived()).isTrue();
    RecordingBus.Interrupt came = bus.take().getFirst();
    assertThat(came.destination()).isEqualTo(came.vector() == 0x41 ? 0x0100_0001 : 0x0200_0002);
  }

  @Test
  void anAmdEntryThatNeverRestsIsAnEventOfTheTable() {
    AmdUnit unit = amd();
    memory.before = read -> memory.entry(AmdIrte.remapped(read, 0x41, false, false).lo(), 0x41);
    assertThat(send(unit).reason()).contains(FaultReason.AMD_TABLE_ACCESS);
    assertThat(bus.take()).isEmpty();
    memory.before = read -> {};
    AmdEvent event = new AmdEvent(memory.getLong(EVENTS), memory.getLong(EVENTS + 8));
    assertThat(event.code()).isEqualTo(FaultReason.AMD_TABLE_ACCESS.code() & 0xF);
    assertThat(event.requesterId()).isEqualTo(MINE);
    assertThat(unit.read(AmdRegister.EVENT_TAIL.offset(), 8)).isEqualTo(AmdEvent.BYTES);
  }
}
