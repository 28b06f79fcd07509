//! A table of things by handle: a number that names a slot and its generation.

use std::collections::VecDeque;

/// Names an entry of a [`Slab`]; 0 names nothing.
pub type Handle = u32;

const INDEX_BITS: u32 = 20;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
/// Values that a table holds at most.
pub const MAX_HANDLES: usize = INDEX_MASK as usize;

const KIND_BITS: u32 = 2;
const GENERATION_SHIFT: u32 = INDEX_BITS + KIND_BITS;

/// Handles have 31 bits, which JavaScript keeps unboxed.
const GENERATION_MASK: u32 = (1 << (31 - GENERATION_SHIFT)) - 1;

/// Which table a handle belongs to: one of another table finds nothing.
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum Table {
    Sessions = 0,
    Sends = 1,
    Recvs = 2,
    Endpoints = 3,
}

/// A slot is used again only when this many others were freed after it: a stale handle stays stale for at
/// least half a million insertions.
const REST: usize = 1024;

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// Values by handle. A handle whose value was removed finds nothing; it is not reused soon.
pub struct Slab<T> {
    kind: u32,
    slots: Vec<Slot<T>>,
    free: VecDeque<u32>,
    len: usize,
}

impl<T> Slab<T> {
    pub fn new(table: Table) -> Slab<T> {
        // Slot 0 stays empty, so that no handle is 0.
        let reserved = Slot { generation: 0, value: None };
        Slab { kind: (table as u32) << INDEX_BITS, slots: vec![reserved], free: VecDeque::new(), len: 0 }
    }

    fn handle(&self, index: u32) -> Handle {
        self.slots[index as usize].generation << GENERATION_SHIFT | self.kind | index
    }

    /// Stores what `make` builds for its handle. None when a million values are alive.
    pub fn insert_with(&mut self, make: impl FnOnce(Handle) -> T) -> Option<Handle> {
        let index = self.vacant()?;
        let handle = self.handle(index);
        self.slots[index as usize].value = Some(make(handle));
        self.len += 1;
        Some(handle)
    }

    fn vacant(&mut self) -> Option<u32> {
        let full = self.slots.len() > INDEX_MASK as usize;
        if self.free.len() > REST || full {
            return self.free.pop_front();
        }
        self.slots.push(Slot { generation: 0, value: None });
        Some(self.slots.len() as u32 - 1)
    }

    fn slot(&self, handle: Handle) -> Option<&Slot<T>> {
        let index = handle & INDEX_MASK;
        let slot = self.slots.get(index as usize)?;
        (self.handle(index) == handle).then_some(slot)
    }

    pub fn get(&self, handle: Handle) -> Option<&T> {
        self.slot(handle)?.value.as_ref()
    }

    /// Puts another value where `handle` points; gives it back when the handle is stale.
    pub fn replace(&mut self, handle: Handle, value: T) -> Result<(), T> {
        if self.get(handle).is_none() {
            return Err(value);
        }
        self.slots[(handle & INDEX_MASK) as usize].value = Some(value);
        Ok(())
    }

    pub fn remove(&mut self, handle: Handle) -> Option<T> {
        self.slot(handle)?;
        let index = handle & INDEX_MASK;
        let slot = &mut self.slots[index as usize];
        let value = slot.value.take()?;
        slot.generation = (slot.generation + 1) & GENERATION_MASK;
        self.free.push_back(index);
        self.len -= 1;
        Some(value)
    }

    /// Takes everything out.
    pub fn clear(&mut self) -> Vec<T> {
        let handles: Vec<Handle> = (1..self.slots.len() as u32).map(|index| self.handle(index)).collect();
        handles.into_iter().filter_map(|handle| self.remove(handle)).collect()
    }

    pub fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_finds_its_value_until_it_is_removed() {
        let mut slab = Slab::new(Table::Sends);
        let a = slab.insert_with(|_| "a").unwrap();
        let b = slab.insert_with(|_| "b").unwrap();
        assert_ne!(a, 0);
        assert_ne!(a, b);
        assert_eq!(slab.get(a), Some(&"a"));
        assert_eq!(slab.remove(a), Some("a"));
        assert_eq!(slab.get(a), None);
        assert_eq!(slab.remove(a), None);
        assert_eq!(slab.get(b), Some(&"b"));
        assert_eq!(slab.len(), 1);
    }

    #[test]
    fn zero_names_nothing() {
        let mut slab: Slab<u8> = Slab::new(Table::Sends);
        assert_eq!(slab.get(0), None);
        assert_eq!(slab.remove(0), None);
        assert_eq!(slab.replace(0, 1), Err(1));
    }

    #[test]
    fn a_reused_slot_has_another_handle() {
        let mut slab = Slab::new(Table::Sends);
        let first = slab.insert_with(|_| 0).unwrap();
        slab.remove(first);
        let mut seen = std::collections::HashSet::from([first]);
        for i in 0..(REST * 20) {
            let handle = slab.insert_with(|_| i).unwrap();
            assert!(seen.insert(handle), "handle {handle} came back");
            assert_eq!(slab.get(first), None);
            slab.remove(handle);
        }
        assert!(slab.slots.len() <= REST + 3);
    }

    #[test]
    fn a_handle_of_another_table_finds_nothing() {
        let (mut sends, mut recvs) = (Slab::new(Table::Sends), Slab::new(Table::Recvs));
        let send = sends.insert_with(|_| ()).unwrap();
        let recv = recvs.insert_with(|_| ()).unwrap();
        assert_ne!(send, recv);
        assert_eq!(sends.get(recv), None);
        assert_eq!(recvs.remove(send), None);
    }

    #[test]
    fn replace_keeps_the_handle() {
        let mut slab = Slab::new(Table::Sends);
        let handle = slab.insert_with(|own| own).unwrap();
        assert_eq!(slab.replace(handle, 7), Ok(()));
        assert_eq!(slab.get(handle), Some(&7));
    }

    #[test]
    fn clear_gives_back_everything() {
        let mut slab = Slab::new(Table::Sends);
        let handles: Vec<_> = (0..10).map(|i| slab.insert_with(|_| i).unwrap()).collect();
        slab.remove(handles[3]);
        assert_eq!(slab.clear().len(), 9);
        assert_eq!(slab.len(), 0);
        assert!(handles.iter().all(|handle| slab.get(*handle).is_none()));
    }
}
