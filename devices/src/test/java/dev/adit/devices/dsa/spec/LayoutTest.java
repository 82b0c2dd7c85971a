package dev.adit.devices.dsa.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The layouts against bytes written down from the specification's tables. */
class LayoutTest {
  @Test
  void descriptorFieldsLieWhereTheTableSays() {
    byte[] bytes = new byte[128];
    for (int i = 0; i < 64; i++) {
      bytes[64 + i] = (byte) (0x80 + i);
    }
    MemorySegment d = MemorySegment.ofArray(bytes);
    assertThat(Descriptor.pasid(d, 64)).isEqualTo(0x28180);
    assertThat(Descriptor.privileged(d, 64)).isTrue();
    assertThat(Descriptor.privileged(d, 0)).isFalse();
    assertThat(Descriptor.flags(d, 64)).isEqualTo(0x868584);
    assertThat(Descriptor.opcode(d, 64)).isEqualTo(0x87);
    assertThat(Descriptor.recordAddress(d, 64)).isEqualTo(0x8f8e8d8c8b8a8988L);
    assertThat(Descriptor.source(d, 64)).isEqualTo(0x9796959493929190L);
    assertThat(Descriptor.destination(d, 64)).isEqualTo(0x9f9e9d9c9b9a9998L);
    assertThat(Descriptor.size(d, 64)).isEqualTo(0xa3a2a1a0L);
    assertThat(Descriptor.interruptHandle(d, 64)).isEqualTo(0xa5a4);
    assertThat(Descriptor.byteAt(d, 64, 63)).isEqualTo(0xbf);
    assertThat(Descriptor.shortAt(d, 64, 54)).isEqualTo(0xb7b6);
    assertThat(Descriptor.intAt(d, 64, 48)).isEqualTo(0xb3b2b1b0L);
    assertThat(Descriptor.longAt(d, 64, 56)).isEqualTo(0xbfbebdbcbbbab9b8L);
  }

  @Test
  void recordFieldsLieWhereTheTableSays() {
    MemorySegment record = MemorySegment.ofArray(new long[5]);
    long word0 = CompletionRecord.word0(0x183, 0x1a4, 0x1a5, 0x89abcdef);
    CompletionRecord.write(
        record, 8, word0, 0x0706050403020100L, 0x1716151413121110L, 0x2726252423222120L);
    assertThat(record.toArray(ValueLayout.JAVA_BYTE))
        .startsWith(0, 0, 0, 0, 0, 0, 0, 0)
        .containsSequence(0x83, 0xa4, 0xa5, 0, 0xef, 0xcd, 0xab, 0x89, 0, 1, 2, 3, 4, 5, 6, 7)
        .containsSequence(0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17)
        .endsWith(0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27);
  }

  @Test
  void aRecordIsDueWhenAskedForOrWhenSomethingWentWrong() {
    int address = Flags.RECORD_ADDRESS_VALID;
    int asked = address | Flags.REQUEST_RECORD;
    for (int status = 1; status < 0x40; status++) {
      boolean good = status == 1 || status == 2 || status == 5;
      boolean elsewhere = status == 0x1a || status == 0x1b || status == 0x1d;
      assertThat(CompletionRecord.due(0, status)).isFalse();
      assertThat(CompletionRecord.due(address, status)).isEqualTo(!good && !elsewhere);
      assertThat(CompletionRecord.due(asked, status | Status.WRITE)).isEqualTo(!elsewhere);
    }
  }

  @Test
  void everyStatusHasItsOwnWords() {
    assertThat(Status.text(Status.PAGE_FAULT | Status.WRITE))
        .isEqualTo("page fault, partial completion");
    assertThat(Status.text(0x3f)).isEqualTo("status 0x3f");
  }

  @Test
  void operationsAreFoundByTheirCode() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(Opcode.of(opcode.code())).isSameAs(opcode);
    }
    assertThat(Opcode.of(0x16)).isNull();
    assertThat(Opcode.of(-1)).isNull();
    assertThat(Opcode.of(256)).isNull();
  }
}
