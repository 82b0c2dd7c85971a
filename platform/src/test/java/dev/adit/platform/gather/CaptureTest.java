package dev.adit.platform.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class CaptureTest {
  @Test
  void filesFoldersAndLinksComeBack() {
    Capture capture =
        read(
            Tar.capture()
                .file("./sys/a/one", "1\n")
                .entry("./sys/a/empty/", '5', "", new byte[0])
                .link("sys/a/driver", "../../drivers/idxd")
                .file("adit/unreadable", "sys/a/secret\n")
                .bytes());

    assertThat(capture.text("sys/a/one")).contains("1");
    assertThat(capture.list("sys/a")).containsExactly("driver", "empty", "one");
    assertThat(capture.list("sys/a/empty")).isEmpty();
    assertThat(capture.link("sys/a/driver")).contains("../../drivers/idxd");
    assertThat(capture.exists("sys/a/secret")).isTrue();
    assertThat(capture.read("sys/a/secret")).isEmpty();
    assertThat(capture.exists("sys/b")).isFalse();
    assertThat(capture.head("name")).contains("test");
  }

  @Test
  void compressedCapturesAreRead() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(Tar.capture().file("x", "y").bytes());
    }

    assertThat(read(packed.toByteArray()).text("x")).contains("y");
    assertThatThrownBy(() -> read(Arrays.copyOf(packed.toByteArray(), 40)))
        .hasMessageStartingWith("test.tar: cannot be decompressed");
  }

  @Test
  void aBombIsNotUnpackedWhole() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 80; i++) {
        gzip.write(zeros);
      }
    }

    assertThatThrownBy(() -> read(packed.toByteArray())).hasMessageContaining("unpacks to more");
  }

  @Test
  void longNamesOfPaxAndGnuAreRead() {
    String name = "sys/" + "n".repeat(150) + "/file";
    String record = " path=" + name + "\n";
    String pax = (record.length() + 3) + record;
    Capture capture =
        read(
            Tar.capture()
                .entry("pax", 'x', "", pax.getBytes(StandardCharsets.UTF_8))
                .file("short", "by pax")
                .entry("gnu", 'L', "", (name + "2\0").getBytes(StandardCharsets.UTF_8))
                .file("short", "by gnu")
                .file("short", "its own")
                .bytes());

    assertThat(capture.text(name)).contains("by pax");
    assertThat(capture.text(name + "2")).contains("by gnu");
    assertThat(capture.text("short")).contains("its own");
  }

  @Test
  void brokenArchivesNameFileByteAndReason() {
    byte[] good = Tar.capture().file("sys/x", "x".repeat(2000)).bytes();

    assertThatThrownBy(() -> read(new byte[0])).hasMessage("test.tar: is empty");
    assertThatThrownBy(() -> read(Tar.capture().unfinished()))
        .hasMessageStartingWith("test.tar: at byte 1024: the archive ends here");
    assertThatThrownBy(() -> read(Arrays.copyOf(good, 2000)))
        .hasMessageStartingWith("test.tar: at byte 1024: an entry of 2000 bytes does not fit");
    assertThatThrownBy(() -> read(Tar.capture().raw(new byte[] {1}).bytes()))
        .hasMessageStartingWith("test.tar: at byte 1024: no tar header here");
    assertThatThrownBy(() -> read("not a tar at all".repeat(100).getBytes(StandardCharsets.UTF_8)))
        .hasMessageStartingWith("test.tar: at byte 0: ");
    assertThatThrownBy(() -> read(new Tar().file("a", "b").bytes()))
        .hasMessage("test.tar: has no file adit/capture, so it is not a capture");
    assertThatThrownBy(() -> read(new Tar().file("adit/capture", "format 9\n").bytes()))
        .hasMessageContaining("another format than 1: 'format 9'");
  }

  @Test
  void namesThatLeaveTheArchiveAreRefused() {
    assertThatThrownBy(() -> read(Tar.capture().file("sys/../../etc/shadow", "").bytes()))
        .hasMessageContaining("leaves the archive");
    assertThatThrownBy(() -> read(Tar.capture().file("/etc/shadow", "").bytes()))
        .hasMessageContaining("absolute");
  }

  @Test
  void malformedPaxRecordsAndSizesAreRefused() {
    for (String pax :
        new String[] {"x", "99 path=a\n", "3 a", "0 \n", "12 size=-5\n", "99999999999 a=b\n"}) {
      assertThatExceptionOfType(CaptureException.class)
          .as(pax)
          .isThrownBy(
              () ->
                  read(
                      Tar.capture()
                          .entry("pax", 'x', "", pax.getBytes(StandardCharsets.UTF_8))
                          .file("a", "b")
                          .bytes()));
    }
  }

  @Test
  void noDamageDoesMoreThanACaptureException() {
    long seed = Long.getLong("adit.seed", 0xCAFE);
    long until = System.nanoTime() + Long.getLong("adit.fuzz.seconds", 1) * 1_000_000_000L;
    Random random = new Random(seed);
    byte[] good =
        Tar.capture()
            .entry("pax", 'x', "", "12 path=abc\n".getBytes(StandardCharsets.UTF_8))
            .file("sys/a", "hello")
            .link("sys/l", "a")
            .bytes();
    for (int round = 0; round < 2000 || System.nanoTime() < until; round++) {
      byte[] bad =
          Arrays.copyOf(good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
      for (int hits = random.nextInt(6); hits > 0 && bad.length > 0; hits--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      // Half of the damage gets behind the checksums.
      for (int at = 0; random.nextBoolean() && at + 512 <= bad.length; at += 512) {
        byte[] header = Arrays.copyOfRange(bad, at, at + 512);
        if (header[0] != 0 && header[257] == 'u') {
          Tar.sign(header);
          System.arraycopy(header, 0, bad, at, 512);
        }
      }
      try {
        Capture capture = read(bad);
        capture.list("sys");
        capture.read("sys/a");
      } catch (CaptureException expected) {
        assertThat(expected).hasMessageStartingWith("test.tar: ");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }

  private static Capture read(byte[] bytes) {
    return Capture.read("test.tar", bytes);
  }
}
