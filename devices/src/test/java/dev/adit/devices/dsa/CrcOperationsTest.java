package dev.adit.devices.dsa;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.PagedDma.Kind;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrcOperationsTest {
  private static final long POLYNOMIAL_32 = 0x1edc6f41L;
  private static final long POLYNOMIAL_64 = 0xad93d23594c93659L;
  private static final byte[] CHECK = "123456789".getBytes(US_ASCII);

  static long[] seeds() {
    return Seeds.some(200);
  }

  @Test
  void givesThePublishedCheckValues() {
    assertThat(crcOf(CHECK, 0)).isEqualTo(0xe3069283L);
    assertThat(crcOf(CHECK, Flags.CRC_64)).isEqualTo(0xae8b14860a799888L);
  }

  /** RFC 3720, appendix B.4. */
  @Test
  void givesTheValuesOfTheIscsiStandard() {
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xff);
    byte[] up = new byte[32];
    byte[] down = new byte[32];
    for (int i = 0; i < 32; i++) {
      up[i] = (byte) i;
      down[i] = (byte) (31 - i);
    }
    assertThat(crcOf(new byte[32], 0)).isEqualTo(0x8a9136aaL);
    assertThat(crcOf(ones, 0)).isEqualTo(0x62a8ab43L);
    assertThat(crcOf(up, 0)).isEqualTo(0x46dd794eL);
    assertThat(crcOf(down, 0)).isEqualTo(0x113fdb5cL);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void withSeedZeroAgreesWithTheJdk(long seed) {
    Bench bench = new Bench(seed, 16);
    bench.dma.mix(bench.random, Bench.SOUND);
    int size = Seeds.size(bench.random, 50_000);
    long from = bench.address(size);
    CRC32C jdk = new CRC32C();
    jdk.update(bench.dma.bytes(from, size));
    assertThat(bench.run(DescriptorBuilder.of(Opcode.CRC).from(from).size(size)))
        .isEqualTo(Status.SUCCESS);
    assertThat(bench.execution.word16()).isEqualTo(jdk.getValue());
    assertThat(bench.execution.bytesCompleted()).isZero();
  }

  /** All flags, with and without copying, with faults and their resumption by the returned CRC. */
  @ParameterizedTest
  @MethodSource("seeds")
  void agreesWithTheBitwiseReference(long seed) {
    Bench bench = new Bench(seed, 24);
    bench.dma.mix(bench.random, Bench.HOLES);
    int size = Seeds.size(bench.random, 30_000);
    boolean copy = bench.random.nextBoolean();
    long from = PagedDma.BASE + 4096 + bench.random.nextInt(5000);
    long to = PagedDma.BASE + 12 * 4096 + bench.random.nextInt(5000);
    byte[] data = bench.dma.bytes(from, size);
    int flags =
        bench.random.nextInt()
            & (Flags.CRC_64 | Flags.CRC_BYPASS_INVERSION | Flags.CRC_BYPASS_REFLECTION);
    long crc = bench.random.nextBoolean() ? 0 : bench.random.nextLong();
    long expected = reference(data, crc, flags);
    boolean seedInMemory = bench.random.nextBoolean();

    int done = 0;
    while (true) {
      DescriptorBuilder d =
          DescriptorBuilder.of(copy ? Opcode.COPY_CRC : Opcode.CRC)
              .also(flags)
              .from(from + done)
              .size(size - done);
      if (copy) {
        d.to(to + done);
      }
      seed(bench, d, crc, (flags & Flags.CRC_64) != 0, seedInMemory);
      if (bench.run(d) == Status.SUCCESS) {
        break;
      }
      assertThat(bench.faulted()).isTrue();
      bench.mend();
      crc = bench.execution.word16();
      done += (int) bench.bytesCompleted();
    }
    assertThat(bench.execution.word16()).isEqualTo(expected);
    if (copy) {
      assertThat(bench.dma.bytes(to, size)).isEqualTo(data);
    }
  }

  private static void seed(
      Bench bench, DescriptorBuilder d, long crc, boolean wide, boolean inMemory) {
    if (inMemory) {
      byte[] bytes = new byte[8];
      for (int i = 0; i < 8; i++) {
        bytes[i] = (byte) (crc >>> (8 * i));
      }
      bench.dma.kind(PagedDma.BASE, Kind.READ_ONLY);
      bench.dma.bytes(PagedDma.BASE + 1000, wide ? bytes : Arrays.copyOf(bytes, 4));
      d.also(Flags.CRC_READ_SEED).set64(Descriptor.CRC_SEED_ADDRESS, PagedDma.BASE + 1000);
    } else if (wide) {
      d.set64(Descriptor.CRC_SEED, crc);
    } else {
      d.set32(Descriptor.CRC_SEED, (int) crc);
    }
  }

  @Test
  void aSeedThatCannotBeReadIsAFault() {
    Bench bench = new Bench(3, 3);
    bench.dma.kind(PagedDma.BASE + 4096, Kind.HOLE);
    DescriptorBuilder d =
        DescriptorBuilder.of(Opcode.CRC)
            .also(Flags.CRC_READ_SEED)
            .from(PagedDma.BASE)
            .size(64)
            .set64(Descriptor.CRC_SEED_ADDRESS, PagedDma.BASE + 4094);
    assertThat(bench.run(d)).isEqualTo(Status.PAGE_FAULT);
    assertThat(bench.execution.faultAddress()).isEqualTo(PagedDma.BASE + 4096);
    assertThat(bench.execution.faultInfo()).isEqualTo(4);
    assertThat(bench.bytesCompleted()).isZero();
  }

  private static long crcOf(byte[] data, int flags) {
    Bench bench = new Bench(1, 2);
    bench.dma.bytes(PagedDma.BASE + 5, data);
    DescriptorBuilder d =
        DescriptorBuilder.of(Opcode.CRC).also(flags).from(PagedDma.BASE + 5).size(data.length);
    assertThat(bench.run(d)).isEqualTo(Status.SUCCESS);
    return bench.execution.word16();
  }

  private static long reference(byte[] data, long seed, int flags) {
    boolean wide = (flags & Flags.CRC_64) != 0;
    int width = wide ? 64 : 32;
    long polynomial = wide ? POLYNOMIAL_64 : POLYNOMIAL_32;
    boolean plain = (flags & Flags.CRC_BYPASS_INVERSION) != 0;
    boolean reflectIn = (flags & Flags.CRC_BYPASS_REFLECTION) == 0;
    long init = plain ? seed : Reference.reflect(wide ? ~seed : ~seed & 0xffff_ffffL, width);
    return Reference.crc(width, polynomial, init, reflectIn, !plain, plain ? 0 : -1L, data);
  }
}
