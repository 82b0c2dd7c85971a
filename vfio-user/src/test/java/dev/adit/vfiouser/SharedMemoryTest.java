package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {
  private static final int SIZE = 8192;
  private static final int ACCESS = OpenFiles.PROT_READ | OpenFiles.PROT_WRITE;

  @Test
  void whoMappedMemoryBeforeItWasRenewedHasNothingInCommonWithItAnyMore() {
    long before = ServerTestCase.open();
    try (SharedMemory memory = SharedMemory.allocate(SIZE)) {
      MemorySegment here = memory.segment();
      MemorySegment there = OpenFiles.segment(OpenFiles.map(memory.fd(), SIZE, ACCESS), SIZE);
      here.set(ValueLayout.JAVA_LONG, 0, 1);
      assertThat(there.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);

      memory.renew();

      there.set(ValueLayout.JAVA_LONG, 4096, 2);
      assertThat(there.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
      assertThat(here.get(ValueLayout.JAVA_LONG, 0)).isZero();
      assertThat(here.get(ValueLayout.JAVA_LONG, 4096)).isZero();
      OpenFiles.unmap(there.address(), SIZE);

      MemorySegment next = OpenFiles.segment(OpenFiles.map(memory.fd(), SIZE, ACCESS), SIZE);
      next.set(ValueLayout.JAVA_LONG, 0, 3);
      assertThat(here.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
      assertThat(OpenFiles.fcntl(memory.fd(), OpenFiles.F_GET_SEALS, 0))
          .isEqualTo(OpenFiles.F_SEAL_SEAL | OpenFiles.F_SEAL_SHRINK | OpenFiles.F_SEAL_GROW);
      OpenFiles.unmap(next.address(), SIZE);
    }
    assertThat(ServerTestCase.open()).isEqualTo(before);
  }
}
