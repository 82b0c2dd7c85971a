package dev.adit.devices.dsa;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Dif;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DifOperationsTest {
  private static final int[] BLOCKS = {512, 520, 4096, 4104};

  static long[] seeds() {
    return Seeds.some(80);
  }

  @Test
  void theGuardIsThePublishedCrc() {
    byte[] check = "123456789".getBytes(US_ASCII);
    assertThat(Guard.crc(0, check, 0, check.length)).isEqualTo(0xd0db);
    assertThat(Reference.guard(check, false, false)).isEqualTo(0xd0db);
    byte[] zeros = new byte[32];
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xff);
    assertThat(Guard.crc(0, zeros, 0, 32)).isZero();
    assertThat(Guard.crc(0, ones, 0, 32)).isEqualTo(Reference.guard(ones, false, false));
  }

  /** One case: how its blocks look, and what the tags are. */
  private static final class Case {
    final Bench bench;
    final int kind;
    final int block;
    final int count;
    final int difFlags;
    final boolean refFixed;
    final boolean appIncrements;
    final int ref;
    final int app;
    final long from = PagedDma.BASE + 4096 + 24;
    final long to;

    Case(long seed, PagedDma.Kind... kinds) {
      bench = new Bench(seed, 40);
      bench.dma.mix(bench.random, kinds);
      kind = bench.random.nextInt(4);
      block = BLOCKS[kind];
      count = 1 + bench.random.nextInt(block < 1000 ? 20 : 5);
      difFlags = kind | (bench.random.nextInt() & (Dif.INVERT_SEED | Dif.INVERT_RESULT));
      refFixed = bench.random.nextBoolean();
      appIncrements = bench.random.nextBoolean();
      ref = bench.random.nextInt(3) == 0 ? -2 : bench.random.nextInt();
      app = bench.random.nextInt(3) == 0 ? 0xfffd : bench.random.nextInt(0x10000);
      to = PagedDma.BASE + 20 * 4096 + 8;
    }

    byte[] data() {
      return bench.dma.bytes(from, block * count);
    }

    int guard(byte[] data) {
      boolean seed = (difFlags & Dif.INVERT_SEED) != 0;
      return Reference.guard(data, seed, (difFlags & Dif.INVERT_RESULT) != 0);
    }

    /** {@return the fields of consecutive blocks} */
    byte[] fields(byte[] data, int ref, boolean refFixed, int app, boolean appIncrements) {
      ByteBuffer fields = ByteBuffer.allocate(8 * count);
      for (int i = 0; i < count; i++) {
        fields.putShort((short) guard(Arrays.copyOfRange(data, i * block, (i + 1) * block)));
        fields.putShort((short) (appIncrements ? app + i : app));
        fields.putInt(refFixed ? ref : ref + i);
      }
      return fields.array();
    }

    byte[] fields(byte[] data) {
      return fields(data, ref, refFixed, app, appIncrements);
    }

    byte[] joined(byte[] data, byte[] fields) {
      ByteBuffer joined = ByteBuffer.allocate((block + 8) * count);
      for (int i = 0; i < count; i++) {
        joined.put(data, i * block, block).put(fields, 8 * i, 8);
      }
      return joined.array();
    }

    int sourceFlags() {
      return (refFixed ? Dif.SOURCE_REF_FIXED : 0)
          | (appIncrements ? Dif.SOURCE_APP_INCREMENTS : 0);
    }

    int destinationFlags() {
      return (refFixed ? Dif.REF_FIXED : 0) | (appIncrements ? Dif.APP_INCREMENTS : 0);
    }

    DescriptorBuilder descriptor(Opcode opcode, long size) {
      return DescriptorBuilder.of(opcode)
          .from(from)
          .size(size)
          .set8(Descriptor.DIF_FLAGS, difFlags);
    }

    DescriptorBuilder checking(Opcode opcode) {
      return descriptor(opcode, (long) (block + 8) * count)
          .set8(Descriptor.DIF_SOURCE_FLAGS, sourceFlags())
          .set64(Descriptor.DIF_SOURCE_TAGS, tags(ref, 0, app));
    }

    /** {@return the tags after some blocks, as the record tells them} */
    long tagsAfter(int blocks, int mask) {
      return tags(refFixed ? ref : ref + blocks, mask, appIncrements ? app + blocks : app);
    }
  }

  private static long tags(int ref, int mask, int app) {
    return (ref & 0xffff_ffffL) | (long) mask << 32 | (long) app << 48;
  }

  private static void pagesOf(Case c, Opcode opcode) {
    assertThat(c.bench.faulted()).as(opcode.text()).isTrue();
    c.bench.mend();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void insertAndDixGenerateMakeTheFields(long seed) {
    Case c = new Case(seed, Bench.SOUND);
    byte[] data = c.data();
    byte[] fields = c.fields(data);
    int mask = c.bench.random.nextInt(0x10000);
    for (Opcode opcode : new Opcode[] {Opcode.DIF_INSERT, Opcode.DIX_GENERATE}) {
      DescriptorBuilder d =
          c.descriptor(opcode, data.length)
              .to(c.to)
              .set8(Descriptor.DIF_DESTINATION_FLAGS, c.destinationFlags())
              .set64(Descriptor.DIF_DESTINATION_TAGS, tags(c.ref, mask, c.app));
      assertThat(c.bench.run(d)).isEqualTo(Status.SUCCESS);
      byte[] expected = opcode == Opcode.DIF_INSERT ? c.joined(data, fields) : fields;
      assertThat(c.bench.dma.bytes(c.to, expected.length)).isEqualTo(expected);
      assertThat(c.bench.execution.bytesCompleted()).isZero();
      assertThat(c.bench.execution.word16()).isZero();
      assertThat(c.bench.execution.word24()).isEqualTo(c.tagsAfter(c.count, mask));
    }
    assertThat(c.data()).isEqualTo(data);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void checkAndStripTakeSoundBlocks(long seed) {
    Case c = new Case(seed, Bench.SOUND);
    byte[] data = c.data();
    c.bench.dma.bytes(c.from, c.joined(data, c.fields(data)));
    assertThat(c.bench.run(c.checking(Opcode.DIF_CHECK))).isEqualTo(Status.SUCCESS);
    assertThat(c.bench.execution.word16()).isEqualTo(c.tagsAfter(c.count, 0));
    assertThat(c.bench.run(c.checking(Opcode.DIF_STRIP).to(c.to))).isEqualTo(Status.SUCCESS);
    assertThat(c.bench.dma.bytes(c.to, data.length)).isEqualTo(data);
    assertThat(c.bench.execution.result()).isZero();
    assertThat(c.bench.execution.word24()).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachKindOfDamageIsFoundWhereItIs(long seed) {
    Case c = new Case(seed, Bench.SOUND);
    byte[] data = c.data();
    byte[] joined = c.joined(data, c.fields(data));
    int bad = c.bench.random.nextInt(c.count);
    int field = bad * (c.block + 8) + c.block;
    int errors = 1 + c.bench.random.nextInt(7);
    damage(joined, field, 2, errors & Dif.GUARD_ERROR);
    damage(joined, field + 2, 2, errors & Dif.APP_ERROR);
    damage(joined, field + 4, 4, errors & Dif.REF_ERROR);
    c.bench.dma.bytes(c.from, joined);
    for (Opcode opcode : new Opcode[] {Opcode.DIF_CHECK, Opcode.DIF_STRIP, Opcode.DIF_UPDATE}) {
      byte[] before = c.bench.dma.bytes(c.to, data.length);
      DescriptorBuilder d = c.checking(opcode);
      int status = c.bench.run(opcode == Opcode.DIF_CHECK ? d : d.to(c.to));
      assertThat(status).isEqualTo(Status.DIF);
      assertThat(c.bench.execution.result()).isEqualTo(errors);
      assertThat(c.bench.bytesCompleted()).isEqualTo((long) bad * (c.block + 8));
      assertThat(c.bench.execution.word16()).isEqualTo(c.tagsAfter(bad, 0));
      if (opcode == Opcode.DIF_STRIP) {
        System.arraycopy(data, 0, before, 0, bad * c.block);
        assertThat(c.bench.dma.bytes(c.to, data.length)).isEqualTo(before);
      }
    }
    // With the checks in question off, all is well.
    int off =
        c.sourceFlags()
            | ((errors & Dif.GUARD_ERROR) != 0 ? Dif.GUARD_CHECK_OFF : 0)
            | ((errors & Dif.REF_ERROR) != 0 ? Dif.REF_CHECK_OFF : 0);
    int mask = (errors & Dif.APP_ERROR) != 0 ? 0xffff : 0;
    DescriptorBuilder lenient =
        c.checking(Opcode.DIF_CHECK)
            .set8(Descriptor.DIF_SOURCE_FLAGS, off)
            .set64(Descriptor.DIF_SOURCE_TAGS, tags(c.ref, mask, c.app));
    assertThat(c.bench.run(lenient)).isEqualTo(Status.SUCCESS);
    assertThat(c.bench.execution.word16()).isEqualTo(c.tagsAfter(c.count, mask));
  }

  private static void damage(byte[] bytes, int at, int length, int wanted) {
    if (wanted != 0) {
      bytes[at + length - 1] ^= 0x40;
    }
  }

  @Test
  void maskedBitsOfTheApplicationTagDoNotCount() {
    for (int bit = 0; bit < 16; bit++) {
      Case c = new Case(bit, Bench.SOUND);
      byte[] data = c.data();
      c.bench.dma.bytes(c.from, c.joined(data, c.fields(data)));
      long wrong = tags(c.ref, 0, c.app ^ (1 << bit));
      long masked =
          c.appIncrements ? tags(c.ref, 0xffff, 0) : tags(c.ref, 1 << bit, c.app ^ (1 << bit));
      DescriptorBuilder d = c.checking(Opcode.DIF_CHECK);
      assertThat(c.bench.run(d.set64(Descriptor.DIF_SOURCE_TAGS, wrong))).isEqualTo(Status.DIF);
      assertThat(c.bench.execution.result()).isEqualTo(Dif.APP_ERROR);
      assertThat(c.bench.run(d.set64(Descriptor.DIF_SOURCE_TAGS, masked)))
          .isEqualTo(Status.SUCCESS);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void updateReplacesWhatIsNotPassedThrough(long seed) {
    Case c = new Case(seed, Bench.SOUND);
    byte[] data = c.data();
    byte[] old = c.fields(data);
    c.bench.dma.bytes(c.from, c.joined(data, old));
    int ref = c.bench.random.nextInt();
    int app = c.bench.random.nextInt(0x10000);
    byte[] fresh = c.fields(data, ref, !c.refFixed, app, !c.appIncrements);
    int pass = c.bench.random.nextInt() & Dif.PASS_THROUGH;
    byte[] expected = fresh.clone();
    for (int at = 0; at < expected.length; at += 8) {
      copy(old, expected, at, 2, pass & Dif.PASS_GUARD);
      copy(old, expected, at + 2, 2, pass & Dif.PASS_APP);
      copy(old, expected, at + 4, 4, pass & Dif.PASS_REF);
    }
    DescriptorBuilder d =
        c.checking(Opcode.DIF_UPDATE)
            .to(c.to)
            .set8(
                Descriptor.DIF_DESTINATION_FLAGS,
                pass | (c.destinationFlags() ^ (Dif.REF_FIXED | Dif.APP_INCREMENTS)))
            .set64(Descriptor.DIF_DESTINATION_TAGS, tags(ref, 0x55, app));
    assertThat(c.bench.run(d)).isEqualTo(Status.SUCCESS);
    assertThat(c.bench.dma.bytes(c.to, (c.block + 8) * c.count))
        .isEqualTo(c.joined(data, expected));
    assertThat(c.bench.execution.word16()).isEqualTo(c.tagsAfter(c.count, 0));
    int steps = c.refFixed ? c.count : 0;
    int appSteps = c.appIncrements ? 0 : c.count;
    assertThat(c.bench.execution.word24()).isEqualTo(tags(ref + steps, 0x55, app + appSteps));
  }

  private static void copy(byte[] from, byte[] to, int at, int length, int wanted) {
    if (wanted != 0) {
      System.arraycopy(from, at, to, at, length);
    }
  }

  /** What each of the three detections takes for "do not check", over all-ones parts of a field. */
  @Test
  void allOnesSwitchTheCheckOffAsAsked() {
    for (int ones = 0; ones < 8; ones++) {
      for (int flags = 0; flags < 16; flags++) {
        Bench bench = new Bench(9, 4);
        boolean guard = (ones & 1) != 0;
        boolean app = (ones & 2) != 0;
        boolean ref = (ones & 4) != 0;
        ByteBuffer field = ByteBuffer.allocate(8);
        field.putShort((short) (guard ? -1 : 0x1234)).putShort((short) (app ? -1 : 0x5678));
        field.putInt(ref ? -1 : 0x01020304);
        bench.dma.bytes(PagedDma.BASE + 512, field.array());
        DescriptorBuilder d =
            DescriptorBuilder.of(Opcode.DIF_CHECK)
                .from(PagedDma.BASE)
                .size(520)
                .set8(Descriptor.DIF_SOURCE_FLAGS, flags);
        bench.run(d);
        boolean all = guard && app && ref && (flags & Dif.ALL_F_DETECT) != 0;
        boolean skipped =
            all
                || (app && (flags & Dif.APP_F_DETECT) != 0)
                || (app && ref && (flags & Dif.TAGS_F_DETECT) != 0);
        int expected = skipped ? 0 : Dif.GUARD_ERROR | Dif.APP_ERROR | Dif.REF_ERROR;
        expected = all && (flags & Dif.ALL_F_ERROR) != 0 ? Dif.ALL_F_DETECTED : expected;
        assertThat(bench.execution.result()).as("%x %x", ones, flags).isEqualTo(expected);
        assertThat(bench.execution.status()).isEqualTo(expected == 0 ? Status.SUCCESS : Status.DIF);
      }
    }
  }

  /** The record's tags are the right seeds for the rest. */
  @ParameterizedTest
  @MethodSource("seeds")
  void updateResumedAfterEachFaultYieldsTheSame(long seed) {
    Case c = new Case(seed, Bench.HOLES);
    byte[] data = c.data();
    c.bench.dma.bytes(c.from, c.joined(data, c.fields(data)));
    byte[] expected = c.joined(data, c.fields(data, 77, c.refFixed, 88, c.appIncrements));
    long sourceTags = tags(c.ref, 0, c.app);
    long destinationTags = tags(77, 0, 88);
    long done = 0;
    while (done < expected.length) {
      DescriptorBuilder d =
          c.checking(Opcode.DIF_UPDATE)
              .from(c.from + done)
              .to(c.to + done)
              .size(expected.length - done)
              .set8(Descriptor.DIF_DESTINATION_FLAGS, c.destinationFlags())
              .set64(Descriptor.DIF_SOURCE_TAGS, sourceTags)
              .set64(Descriptor.DIF_DESTINATION_TAGS, destinationTags);
      if (c.bench.run(d) == Status.SUCCESS) {
        break;
      }
      pagesOf(c, Opcode.DIF_UPDATE);
      done += c.bench.bytesCompleted();
      sourceTags = c.bench.execution.word16();
      destinationTags = c.bench.execution.word24();
    }
    assertThat(c.bench.dma.bytes(c.to, expected.length)).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void insertAndStripResumedAfterEachFaultYieldTheSame(long seed) {
    Case c = new Case(seed, Bench.HOLES);
    byte[] data = c.data();
    byte[] joined = c.joined(data, c.fields(data));
    long tags = tags(c.ref, 0, c.app);
    long done = 0;
    DescriptorBuilder insert =
        c.descriptor(Opcode.DIF_INSERT, data.length)
            .set8(Descriptor.DIF_DESTINATION_FLAGS, c.destinationFlags());
    insert.to(c.to).set64(Descriptor.DIF_DESTINATION_TAGS, tags);
    while (c.bench.run(insert) != Status.SUCCESS) {
      pagesOf(c, Opcode.DIF_INSERT);
      done += c.bench.bytesCompleted();
      insert
          .from(c.from + done)
          .to(c.to + done / c.block * (c.block + 8))
          .size(data.length - done)
          .set64(Descriptor.DIF_DESTINATION_TAGS, c.bench.execution.word24());
    }
    assertThat(c.bench.dma.bytes(c.to, joined.length)).isEqualTo(joined);

    c.bench.dma.bytes(c.from, new byte[data.length]);
    done = 0;
    DescriptorBuilder strip = c.checking(Opcode.DIF_STRIP).from(c.to).to(c.from);
    while (c.bench.run(strip) != Status.SUCCESS) {
      pagesOf(c, Opcode.DIF_STRIP);
      done += c.bench.bytesCompleted();
      strip
          .from(c.to + done)
          .to(c.from + done / (c.block + 8) * c.block)
          .size(joined.length - done)
          .set64(Descriptor.DIF_SOURCE_TAGS, c.bench.execution.word16());
    }
    assertThat(c.data()).isEqualTo(data);
  }
}
