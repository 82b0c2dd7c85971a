package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.Field;
import dev.adit.devices.dsa.spec.Field.Access;
import dev.adit.devices.dsa.spec.Register;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every declared register to its declaration. */
class RegisterFileTest {
  private final Map<Register, Integer> told = new HashMap<>();
  private long writable = -1;
  private final RegisterFile registers =
      new RegisterFile(
          DsaProfile.physical(),
          new RegisterFile.Behaviour() {
            @Override
            public long writable(Register register, int index) {
              return writable;
            }

            @Override
            public int read(Register register, int index, int half, int stored) {
              return stored;
            }

            @Override
            public void written(Register register, int index, int half, int written) {
              told.merge(register, 1, Integer::sum);
            }
          });

  @ParameterizedTest
  @EnumSource(Register.class)
  void bitsDoWhatTheirFieldsSay(Register register) {
    for (int index = 0; index < registers.count(register.block()); index++) {
      int at = registers.at(register, index);
      long all = register.width() == 8 ? -1 : 0xFFFF_FFFFL;
      long before = registers.read(at, register.width());
      registers.write(at, register.width(), all);
      long ones = registers.read(at, register.width());
      registers.write(at, register.width(), 0);
      long zeros = registers.read(at, register.width());
      long rw = register.mask(Access.RW);
      long w1c = register.mask(Access.RW1C);
      assertThat(ones).isEqualTo((before & ~w1c) | rw);
      assertThat(zeros).isEqualTo(before & ~rw & ~w1c);
      registers.set(register, index, all);
      registers.write(at, register.width(), all);
      assertThat(registers.read(at, register.width())).isEqualTo(all & ~w1c);
    }
    assertThat(told).containsOnlyKeys(register);
  }

  @ParameterizedTest
  @EnumSource(Register.class)
  void fieldsAreInsideTheRegisterAndApart(Register register) {
    long seen = 0;
    for (Field field : register.fields()) {
      assertThat(field.high()).isBetween(field.low(), 8 * register.width() - 1);
      assertThat(seen & field.mask()).as(field.name()).isZero();
      seen |= field.mask();
    }
    assertThat(register.offset() % register.width()).isZero();
    assertThat(register.offset() + register.width()).isLessThanOrEqualTo(register.block().stride());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 16})
  void noTwoRegistersShareAWordInAnySize(int groups) {
    DsaProfile profile = DsaProfile.physical().withSizes(31, 128, groups, 4);
    RegisterFile large =
        new RegisterFile(
            profile,
            new RegisterFile.Behaviour() {
              @Override
              public long writable(Register register, int index) {
                return -1;
              }

              @Override
              public int read(Register register, int index, int half, int stored) {
                return stored;
              }

              @Override
              public void written(Register register, int index, int half, int written) {}
            });
    Map<Integer, Register> taken = new HashMap<>();
    for (Register register : Register.values()) {
      for (int index = 0; index < large.count(register.block()); index++) {
        for (int half = 0; half < register.width(); half += 4) {
          int at = large.at(register, index) + half;
          assertThat(taken.put(at, register)).as("%s at %#x", register, at).isNull();
          assertThat(at).isLessThan(DsaProfile.MSIX_TABLE);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Register.class,
      names = {"GENCFG", "WQCFG_SIZE", "GRPCFG_FLAGS", "EVLCFG0"})
  void aLockedRegisterKeepsItsValueWithoutAWord(Register register) {
    long before = registers.read(registers.at(register, 0), register.width());
    writable = 0;
    registers.write(registers.at(register, 0), register.width(), ~before);
    assertThat(registers.read(registers.at(register, 0), register.width())).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void partsOfARegisterCanBeWritten(int width) {
    int at = registers.at(Register.CNTRCFG_COUNTER, 0);
    Register register = Register.CNTRCFG_COUNTER;
    long value = 0x0ABC_DEF0_0000_0F07L;
    for (int i = 0; i < 8; i += width) {
      registers.write(at + i, width, value >>> (8 * i));
    }
    assertThat(registers.get(register)).isEqualTo(value & register.mask(Access.RW));
    for (int i = 0; i < 8; i += width) {
      long part = value & register.mask(Access.RW);
      assertThat(registers.read(at + i, width))
          .isEqualTo(part >>> (8 * i) & RegisterFile.ones(width));
    }
  }
}
