package dev.adit.devices.iaa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.iaa.spec.CompressionAecs;
import dev.adit.devices.iaa.spec.IaaDescriptor.CompressFlags;
import dev.adit.devices.iaa.spec.IaaDescriptor.DecompressFlags;
import dev.adit.devices.iaa.spec.IaaStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's Deflater and Inflater judge what the accelerator makes of good and bad streams. */
final class CodecTest {
  private static final long SEED = Long.getLong("adit.seed", 1);
  private static final long NANOS =
      TimeUnit.MILLISECONDS.toNanos(1000 * Long.getLong("adit.fuzz.seconds", 0) + 700);
  private static final int WHOLE =
      DecompressFlags.ENABLE
          | DecompressFlags.FLUSH_OUTPUT
          | DecompressFlags.CHECK_FOR_EOB
          | DecompressFlags.STOP_ON_EOB
          | DecompressFlags.SELECT_FINAL_EOB;
  private static final int ENDED = CompressFlags.FLUSH_OUTPUT | CompressFlags.APPEND_EOB;

  private final Inflater inflater = new Inflater();
  private final Deflater deflater = new Deflater();
  private final byte[] out = new byte[1 << 20];
  private final Random random = new Random(SEED);

  private byte[] data(int most) {
    byte[] data = new byte[random.nextInt(most + 1)];
    int letters = 1 + random.nextInt(random.nextBoolean() ? 4 : 256);
    for (int i = 0; i < data.length; i++) {
      boolean again = i > 20 && random.nextInt(8) != 0;
      int back = 1 + random.nextInt(Math.max(1, Math.min(i, 5000)));
      data[i] = again ? data[i - back] : (byte) random.nextInt(letters);
      for (int run = again ? random.nextInt(60) : 0; run > 0 && i + 1 < data.length; run--, i++) {
        data[i + 1] = data[i + 1 - back];
      }
    }
    return data;
  }

  private byte[] jdkDeflate(byte[] data) {
    java.util.zip.Deflater jdk = new java.util.zip.Deflater(random.nextInt(10), true);
    jdk.setStrategy(random.nextInt(3));
    jdk.setInput(data);
    jdk.finish();
    byte[] to = new byte[data.length * 2 + 100];
    int size = 0;
    while (!jdk.finished()) {
      size += jdk.deflate(to, size, to.length - size);
    }
    jdk.end();
    return Arrays.copyOf(to, size);
  }

  /** What the JDK makes of a stream: its output, or null if it refuses it. */
  private record Judged(MemorySegment bytes, boolean finished, boolean refused, int consumed) {
    byte[] output() {
      return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static Judged jdkInflate(byte[] stream, int most) {
    java.util.zip.Inflater jdk = new java.util.zip.Inflater(true);
    jdk.setInput(stream);
    byte[] to = new byte[most];
    int size = 0;
    try {
      while (!jdk.finished() && size < most) {
        int more = jdk.inflate(to, size, most - size);
        if (more == 0 && (jdk.needsInput() || jdk.needsDictionary())) {
          break;
        }
        size += more;
      }
      return new Judged(
          MemorySegment.ofArray(to).asSlice(0, size),
          jdk.finished(),
          false,
          stream.length - jdk.getRemaining());
    } catch (DataFormatException e) {
      return new Judged(MemorySegment.ofArray(to).asSlice(0, size), false, true, 0);
    } finally {
      jdk.end();
    }
  }

  @Test
  void whatTheJdkCompressesIsDecompressed() {
    System.out.println("CodecTest: -Dadit.seed=" + SEED);
    long end = System.nanoTime() + NANOS;
    while (System.nanoTime() - end < 0) {
      byte[] data = data(random.nextBoolean() ? 4096 : 20_000);
      byte[] stream = jdkDeflate(data);
      int status = inflater.run(stream, stream.length, WHOLE, out, out.length);
      if (status == IaaStatus.ANALYTICS_ERROR && inflater.error() == IaaStatus.DISTANCE) {
        assertThat(data.length).isGreaterThan(Symbols.WINDOW);
        continue;
      }
      assertThat(status).as("error %d", inflater.error()).isZero();
      assertThat(Arrays.copyOf(out, inflater.size())).isEqualTo(data);
      assertThat(inflater.consumed()).isEqualTo(stream.length);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsCompressedTheJdkDecompresses(boolean dynamic) {
    long end = System.nanoTime() + NANOS;
    long plain = 0;
    long packed = 0;
    while (System.nanoTime() - end < 0) {
      byte[] data = data(random.nextInt(8) == 0 ? 200_000 : 4096);
      int literal = random.nextInt(8) == 0 ? CompressFlags.ALL_LITERALS : 0;
      MemorySegment aecs = dynamic ? tables(data, literal) : Aecs.fixed();
      assertThat(deflater.run(data, data.length, ENDED | literal, aecs, out, out.length)).isZero();
      byte[] stream = Arrays.copyOf(out, deflater.size());
      Judged judged = jdkInflate(stream, data.length + 1);
      assertThat(judged.finished()).isTrue();
      assertThat(judged.output()).isEqualTo(data);
      plain += literal == 0 ? data.length : 0;
      packed += literal == 0 ? stream.length : 0;
      byte[] back = new byte[data.length];
      assertThat(inflater.run(stream, stream.length, WHOLE, back, back.length)).isZero();
      assertThat(back).isEqualTo(data);
    }
    assertThat(packed).isLessThan(plain);
  }

  /** What the statistics say becomes codes of their own. */
  private MemorySegment tables(byte[] data, int literal) {
    int flags = CompressFlags.STATISTICS | CompressFlags.APPEND_EOB | literal;
    MemorySegment none = MemorySegment.ofArray(new byte[CompressionAecs.BYTES]);
    assertThat(deflater.run(data, data.length, flags, none, out, out.length)).isZero();
    assertThat(deflater.size()).isEqualTo(CompressionAecs.STATISTICS_BYTES);
    int[] literals = new int[286];
    int[] distances = new int[30];
    MemorySegment counts = MemorySegment.ofArray(out);
    int gap = CompressionAecs.DISTANCES - CompressionAecs.LITERALS;
    Arrays.setAll(literals, i -> counts.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i));
    Arrays.setAll(distances, i -> counts.get(ValueLayout.JAVA_INT_UNALIGNED, gap + 4L * i));
    assertThat(literals[256]).isOne();
    return Aecs.dynamic(literals, distances);
  }

  @Test
  void aStreamMayBeMadeOfSeveralDescriptors() {
    for (int round = 0; round < 200; round++) {
      byte[] data = data(4096);
      int cut = random.nextInt(data.length + 1);
      MemorySegment aecs = Aecs.fixed();
      assertThat(deflater.run(data, cut, 0, aecs, out, out.length)).isZero();
      byte[] first = Arrays.copyOf(out, deflater.size());
      byte[] rest = Arrays.copyOfRange(data, cut, data.length);
      assertThat(deflater.run(rest, rest.length, ENDED, aecs, out, out.length)).isZero();
      byte[] stream = Arrays.copyOf(first, first.length + deflater.size());
      System.arraycopy(out, 0, stream, first.length, deflater.size());
      assertThat(jdkInflate(stream, data.length + 1).output()).isEqualTo(data);
    }
  }

  @Test
  void tooLittleRoomAndMissingCodesAreTold() {
    byte[] data = new byte[1000];
    random.nextBytes(data);
    assertThat(deflater.run(data, data.length, ENDED, Aecs.fixed(), out, 900))
        .isEqualTo(IaaStatus.DESTINATION_SHORT);
    MemorySegment holes = Aecs.fixed();
    holes.set(ValueLayout.JAVA_INT_UNALIGNED, CompressionAecs.LITERALS + 4L * (data[0] & 0xFF), 0);
    assertThat(deflater.run(data, data.length, ENDED, holes, out, out.length))
        .isEqualTo(IaaStatus.INVALID_HUFFMAN_CODE);
    byte[] stream = jdkDeflate(data);
    assertThat(inflater.run(stream, stream.length, WHOLE, out, 999))
        .isEqualTo(IaaStatus.OUTPUT_OVERFLOW);
    assertThat(inflater.size()).isEqualTo(999);
    assertThat(Arrays.copyOf(out, 999)).isEqualTo(Arrays.copyOf(data, 999));
  }

  @Test
  void brokenStreamsEndAsTheJdkSays() {
    long end = System.nanoTime() + 2 * NANOS;
    int refused = 0;
    while (System.nanoTime() - end < 0) {
      byte[] stream = broken();
      Judged judged = jdkInflate(stream, 8192);
      int status = inflater.run(stream, stream.length, WHOLE, out, 8192);
      int error = inflater.error();
      boolean own = error == IaaStatus.DISTANCE;
      if (judged.refused()) {
        refused++;
        assertThat(status).isIn(IaaStatus.ANALYTICS_ERROR, IaaStatus.OUTPUT_OVERFLOW);
      } else if (judged.finished() && !own) {
        assertThat(status).as("error %d", error).isZero();
        assertThat(Arrays.copyOf(out, inflater.size())).isEqualTo(judged.output());
        assertThat(inflater.consumed()).isEqualTo(judged.consumed());
      } else if (!own && judged.output().length < 8192) {
        assertThat(error).isEqualTo(IaaStatus.END_OF_FILE);
      }
    }
    assertThat(refused).isPositive();
  }

  private byte[] broken() {
    if (random.nextInt(4) == 0) {
      byte[] noise = new byte[random.nextInt(400)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] stream = jdkDeflate(data(4096));
    if (random.nextBoolean()) {
      stream = Arrays.copyOf(stream, random.nextInt(stream.length + 20));
    }
    for (int n = random.nextInt(4); n > 0 && stream.length > 0; n--) {
      stream[random.nextInt(Math.min(stream.length, 120))] ^= (byte) (1 << random.nextInt(8));
    }
    return stream;
  }

  @Test
  void eachKindOfDamageHasItsCode() {
    assertThat(error(0b111)).isEqualTo(IaaStatus.BLOCK_TYPE);
    assertThat(error(0b001, 0x12, 0, 0x12, 0)).isEqualTo(IaaStatus.STORED_LENGTH);
    // Fixed block: a reference (length 3, distance 1) before there is anything.
    assertThat(error(0b011, 0b10, 0)).isEqualTo(IaaStatus.BEFORE_START);
    // Dynamic block whose 19 code length codes all have one bit.
    assertThat(error(0x05, 0xE0, 0x93, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24))
        .isEqualTo(IaaStatus.BAD_CL_CODE_LENGTH);
    // 287 literal codes.
    assertThat(error(0xF5, 0, 0)).isEqualTo(IaaStatus.TOO_MANY_LL_CODES);
    // 31 distance codes.
    assertThat(error(0x05, 0x1E, 0)).isEqualTo(IaaStatus.TOO_MANY_D_CODES);
    assertThat(error(0x05)).isEqualTo(IaaStatus.END_OF_FILE);
  }

  private int error(int... bytes) {
    byte[] stream = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      stream[i] = (byte) bytes[i];
    }
    assertThat(inflater.run(stream, stream.length, WHOLE, out, out.length))
        .isEqualTo(IaaStatus.ANALYTICS_ERROR);
    return inflater.error();
  }
}
