//! A connection that does not stand yet: a client that waits for an answer, or a dial of ours.

use crate::session::Info;
use crate::slab::Handle;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

/// What the application says to a client at the door.
pub enum Answer {
    /// Let in, with this protocol ("" for none).
    Accept(String),
    /// Turned away with this HTTP status.
    Reject(u16),
}

/// Waits for an answer or a cancellation.
pub struct Door {
    pub handle: Handle,
    pub info: Info,
    answer: Mutex<Option<oneshot::Sender<Answer>>>,
    cancelled: Notify,
}

impl Door {
    /// A client; the receiver gets the answer, or an error when there will be none.
    pub fn request(handle: Handle, info: Info) -> (Door, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let answer = Mutex::new(Some(sender));
        (Door { handle, info, answer, cancelled: Notify::new() }, receiver)
    }

    /// A dial.
    pub fn dial(handle: Handle) -> Door {
        Door { handle, info: Info::default(), answer: Mutex::default(), cancelled: Notify::new() }
    }

    /// Only the first answer counts.
    pub fn answer(&self, answer: Answer) {
        if let Some(sender) = self.answer.lock().take() {
            // Fails when the client has gone.
            drop(sender.send(answer));
        }
    }

    pub fn cancel(&self) {
        self.answer.lock().take();
        self.cancelled.notify_one();
    }

    pub async fn cancelled(&self) {
        self.cancelled.notified().await;
    }
}
