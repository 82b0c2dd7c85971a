package dev.adit.interrupts.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.remap.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One host for all that have guests: what is posted comes out once, at whom it was meant for. */
class PostingHostTest {
  private static final int RID = 0x6A01;
  private static final Cookie OWNER = Cookie.of(5, 42);

  private final List<Integer> landed = new ArrayList<>();

  private static PostingHost host(IsolationLevel level) {
    PostingHost host = new PostingHost(new PostingHost.Plan(level, 3, 2, 1));
    host.admit(42);
    return host;
  }

  private static Outcome send(PostingHost host, Message message) {
    int pasid = host.level() == IsolationLevel.REMAPPER_PASID ? 42 : MessageStore.NO_PASID;
    return new Outcome(host.remapper().remap(message.address(), message.data(), RID, pasid));
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void aMessageComesOutOnceAtWhomItWasMeantForWhateverChecksIt(IsolationLevel level) {
    PostingHost host = host(level);
    PostedDescriptors.Post post = host.descriptors().open(landed::add);
    MessageDomain.Allocation interrupt = host.domain().allocate(OWNER, RID, post.target(0x91));

    for (int i = 0; i < 3; i++) {
      Outcome outcome = send(host, interrupt.message());
      assertThat(outcome.arrived()).isTrue();
      assertThat(host.owner(outcome)).isEqualTo(5);
    }
    assertThat(landed).containsExactly(0x91, 0x91, 0x91);
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void aMovedInterruptComesOutAtItsNewPlace(IsolationLevel level) {
    PostingHost host = host(level);
    List<Integer> other = new ArrayList<>();
    PostedDescriptors.Post first = host.descriptors().open(landed::add);
    PostedDescriptors.Post second = host.descriptors().open(other::add);
    MessageDomain.Allocation interrupt = host.domain().allocate(OWNER, RID, first.target(0x91));
    interrupt.retarget(second.target(0xFF));
    interrupt.settle();
    assertThat(send(host, interrupt.message()).arrived()).isTrue();
    assertThat(landed).isEmpty();
    assertThat(other).containsExactly(0xFF);
  }

  @ParameterizedTest
  @EnumSource(IsolationLevel.class)
  void whatWasReleasedReachesNobody(IsolationLevel level) {
    PostingHost host = host(level);
    PostedDescriptors.Post post = host.descriptors().open(landed::add);
    MessageDomain.Allocation interrupt = host.domain().allocate(OWNER, RID, post.target(0x91));
    Message message = interrupt.message();
    interrupt.release();
    post.close();
    Outcome outcome = send(host, message);
    assertThat(outcome.arrived()).isEqualTo(level == IsolationLevel.NONE);
    assertThat(landed).isEmpty();
  }

  @Test
  void aBlockedMessageNamesTheTenantWhoseEntryItTried() {
    PostingHost host = host(IsolationLevel.REQUESTER_ID);
    PostedDescriptors.Post post = host.descriptors().open(landed::add);
    MessageDomain.Allocation interrupt = host.domain().allocate(OWNER, RID + 1, post.target(0x91));
    Outcome outcome = send(host, interrupt.message());
    assertThat(Outcome.isFault(outcome.packed())).isTrue();
    assertThat(host.owner(outcome)).isEqualTo(5);
    assertThat(landed).isEmpty();
  }

  @Test
  void aDescriptorThatIsGivenBackIsEmptyForTheNext() {
    PostingHost host = host(IsolationLevel.REQUESTER_ID);
    PostedDescriptors.Post first = host.descriptors().open(landed::add);
    PostedDescriptors.Post second = host.descriptors().open(landed::add);
    assertThatThrownBy(() -> host.descriptors().open())
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("All 2 descriptors are taken");
    long address = first.address();
    first.close();
    assertThat(host.descriptors().open().address()).isEqualTo(address);
    second.close();
  }

  @Test
  void numbersThatNoHostHasAreRefused() {
    assertThatThrownBy(() -> new PostingHost.Plan(IsolationLevel.NONE, 16, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> host(IsolationLevel.REMAPPER_PASID).admit(1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
